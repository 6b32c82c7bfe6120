"""The command line in somebody else's project: exit codes, one line an error, and no secret anywhere."""

import json
import sys

import pytest
from support.child import environment, needs_no_agent, run, type_at_terminal
from support.guide import assert_one_clear_line
from support.pristine import CONFIG, URLS, make_project, tierguard


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


def test_url_shows_where_and_never_the_secret(project):
    done = tierguard(project, "url", **URLS)
    assert (done.returncode, done.stdout) == (0, "postgresql://shop:***@127.0.0.1:1/shop_test\n")
    told = json.loads(tierguard(project, "url", "--tier", "staging", "--json", **URLS).stdout)
    assert told == {"tier": "stg", "url": "postgresql://shop:***@127.0.0.1:1/shop_stg", "source": "STG_DATABASE_URL"}


@pytest.mark.parametrize("command", [["url"], ["status"], ["run", "--", "true"], ["stamp", "int"]])
def test_a_missing_url_is_a_configuration_error(project, command):
    line = assert_one_clear_line(tierguard(project, *command), 2)
    assert "Database configuration errors" in line
    assert "TEST_DATABASE_URL" in line


def test_status_shows_its_table_before_it_says_that_a_url_is_missing(project):
    done = tierguard(project, "status")
    assert done.returncode == 2
    assert done.stdout.count("not configured") == 3
    told = json.loads(tierguard(project, "status", "--json").stdout)
    assert told["process"]["url"] is None


def test_an_example_is_advised_only_where_the_project_has_one(project):
    assert "cp .env.example" not in tierguard(project, "url").stderr
    assert "cp .env.example" not in tierguard(project, "doctor").stdout
    (project / ".env.example").touch()
    assert "cp .env.example .env" in tierguard(project, "url").stderr
    assert "cp .env.example .env" in tierguard(project, "doctor").stdout


def test_adopt_names_the_variable_of_what_is_not_configured(project):
    said = tierguard(project, "adopt").stdout
    for variable in ("TEST_DATABASE_URL", "STG_DATABASE_URL", "DATABASE_URL"):
        assert f"Its URL comes from {variable}." in said


@pytest.mark.parametrize(("day", "told"), [("2999-01-01", "with a warning until 2999"), ("2020-01-01", "are refused")])
def test_adopt_says_whether_adoption_is_over(project, day, told):
    (project / "pyproject.toml").write_text(f"{CONFIG}adopt_until = {day}\n")
    assert told in tierguard(project, "adopt").stdout.splitlines()[-1]


@needs_no_agent
@pytest.mark.parametrize("words", [["-i"], ["-c", "import code; code.interact()"]])
def test_a_prompt_goes_on_after_a_refusal(project, words):
    typed = 'import psycopg, tierguard\ntierguard.install()\ntierguard.resolve("prod")\nprint(6 * 7)\n'
    done = run([sys.executable, *words], cwd=project, env=environment(**URLS), input=typed)
    assert "42" in done.stdout, done.stderr
    assert "tierguard (R7)" in done.stderr
    assert "Traceback" not in done.stderr
    assert "excepthook" not in done.stderr


def test_every_command_that_a_hint_names_exists(tmp_path):
    assert "tierguard init" not in tierguard(tmp_path, "status").stderr


@pytest.mark.parametrize(
    "command", [["url"], ["status"], ["run", "--", "true"], ["explain"], ["stamp", "int"], ["doctor"], ["down"]]
)
def test_no_configuration_is_a_configuration_error(tmp_path, command):
    assert "No tierguard configuration" in assert_one_clear_line(tierguard(tmp_path, *command, **URLS), 2)


@pytest.mark.parametrize("command", [["run", "--", "true"], ["stamp", "int"]])
def test_an_unreachable_server_is_a_failure(project, command):
    line = assert_one_clear_line(tierguard(project, *command, **URLS), 4)
    assert "127.0.0.1:1/shop_test" in line


def test_an_unreachable_server_is_a_state_for_status(project):
    done = tierguard(project, "status", "--json", **URLS)
    state = json.loads(done.stdout)
    assert done.returncode == 0
    assert not state["tiers"]["int"]["reachable"]
    assert "127.0.0.1" in state["tiers"]["int"]["error"]
    assert state["tiers"]["prod"] | {"configured": True, "contacted": False} == state["tiers"]["prod"]
    assert "Zq7" not in done.stdout + done.stderr


@needs_no_agent
@pytest.mark.parametrize("command", [["url"], ["status"], ["run", "--", "true"]])
def test_prod_without_a_terminal_is_refused_whatever_is_piped(project, command):
    done = tierguard(project, *command, input="yes\nyes\n", USE_PROD_DATABASE="true", **URLS)
    line = assert_one_clear_line(done, 3)
    assert "Production database access requested in non-interactive mode" in line
    assert done.stdout == ""


@pytest.mark.parametrize("variables", [{}, {"USE_PROD_DATABASE": "true", "SHOP_PRODUCTION_MODE": "true"}])
def test_prod_is_stamped_by_nobody_but_a_person(project, variables):
    done = tierguard(project, "stamp", "prod", input="shop/prod\n", **variables, **URLS)
    assert "a person" in assert_one_clear_line(done, 3)


@needs_no_agent
def test_no_output_of_a_terminal_shows_a_secret(project):
    said, code = type_at_terminal(
        ["tierguard", "url"],
        cwd=project,
        env=environment(USE_PROD_DATABASE="true", **URLS),
        answers=[("Type yes to go on", "yes\n")],
    )
    assert code == 0
    assert "prod.invalid:5432/shop" in said
    assert "Zq7" not in said


def test_consent_cannot_come_from_a_file_or_a_variable(project):
    (project / ".env").write_text("USE_PROD_DATABASE=true\nSHOP_PRODUCTION_MODE=true\nAPP_ENV=live\n")
    done = tierguard(project, "url", TIERGUARD_CONSENT="yes", YES="1", **URLS)
    assert "shop_test" in done.stdout


def test_every_command_says_what_it_does(project):
    listed = tierguard(project, "--help").stdout
    names = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2].isalpha()]
    for name in ("down", "explain", "run", "stamp", "status", "url"):
        assert name in names
        assert tierguard(project, name, "--help").returncode == 0
    assert tierguard(project, "nonsense").returncode == 2
    assert tierguard(project, "url", "--nonsense").returncode == 2


def test_a_reader_that_leaves_early_is_no_error(project):
    env = environment(**URLS)
    done = run(["sh", "-c", "tierguard explain | true; tierguard --help | head -1"], cwd=project, env=env)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
