"""`tierguard explain`: every row of the table, in a real process, which connects to nothing and asks nobody."""

import json

import pytest
from support.child import environment, needs_no_agent, run, type_at_terminal
from support.pristine import URLS, make_project, tierguard

PROD = {"USE_PROD_DATABASE": "true"}
STG = {"USE_STG_DATABASE": "true"}
SERVER = {"SHOP_PRODUCTION_MODE": "true"}
CI = {"CI": "true"}


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


ROWS = [
    ({"PYTEST_VERSION": "9"}, [], ("allow", "int", "R1")),
    ({"PYTEST_VERSION": "9", **PROD, **SERVER}, [], ("allow", "int", "R1")),
    ({"PYTEST_VERSION": "9"}, ["--tier", "prod"], ("refuse", "int", "R1")),
    ({**STG, **PROD}, [], ("error", None, "R2")),
    ({**STG, **PROD}, ["--tier", "int"], ("error", None, "R2")),
    ({**PROD, **SERVER}, [], ("allow", "prod", "R3")),
    ({**PROD, **SERVER, **CI}, [], ("allow", "prod", "R3")),
    (SERVER, ["--tier", "prod"], ("allow", "prod", "R3")),
    ({**CI, **PROD, "DATABASE_URL": "postgresql://db/x"}, [], ("allow", "int", "R4")),
    ({**CI, **STG}, [], ("allow", "int", "R5")),
    (PROD, [], ("refuse", "prod", "R7")),
    ({}, ["--tier", "live"], ("refuse", "prod", "R7")),
    ({"APP_ENV": "live"}, [], ("refuse", "prod", "R7")),
    (CI, ["--tier", "prod"], ("refuse", "prod", "R7")),
    ({**PROD, **SERVER, "CLAUDECODE": "1"}, [], ("refuse", "prod", "R7")),
    (STG, [], ("allow", "stg", "R8")),
    ({"APP_ENV": "staging"}, [], ("allow", "stg", "R8")),
    (PROD, ["--tier", "stg"], ("allow", "stg", "R8")),
    (STG, ["--tier", "int"], ("allow", "int", "R8")),
    ({}, [], ("allow", "int", "R9")),
    ({"CI": "false"}, [], ("allow", "int", "R9")),
    ({"USE_PROD_DATABASE": "ture"}, [], ("error", None, "setting-mismatch")),
    ({"CI": "ture"}, [], ("error", None, "setting-mismatch")),
    ({}, ["--tier", "prdo"], ("error", None, "setting-mismatch")),
]


@needs_no_agent
@pytest.mark.parametrize(("variables", "args", "expected"), ROWS)
def test_a_row_of_the_table(project, variables, args, expected):
    done = tierguard(project, "explain", *args, "--json", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["outcome"], said["tier"], said["rule"]) == expected
    assert said["reason"]
    if expected[2].startswith("R"):
        assert said["trace"][-1] == {**said["trace"][-1], "rule": expected[2], "matched": True}
    assert not (project / "logs").exists()
    assert not (project / ".tierguard").exists()


@needs_no_agent
def test_a_person_at_a_terminal_would_be_asked_and_is_not_asked_here(project):
    said, code = type_at_terminal(["tierguard", "explain", "--json"], cwd=project, env=environment(**PROD), answers=[])
    assert code == 0
    assert '"outcome": "confirm"' in said
    assert '"rule": "R6"' in said


@needs_no_agent
def test_for_people_it_names_the_tier_and_the_rules_it_looked_at(project):
    done = tierguard(project, "explain", **STG)
    assert "[STG] allow" in done.stdout
    assert "-> R8" in done.stdout
    assert "   R7" in done.stdout


def test_a_secret_pasted_into_a_flag_is_not_shown(project):
    for args in ([], ["--json"]):
        done = tierguard(project, "explain", *args, USE_PROD_DATABASE=URLS["DATABASE_URL"])
        assert "USE_PROD_DATABASE" in done.stdout
        assert "zq7" not in (done.stdout + done.stderr).lower()
        done = tierguard(project, "explain", *args, APP_ENV=URLS["DATABASE_URL"])
        assert "APP_ENV" in done.stdout
        assert "zq7" not in (done.stdout + done.stderr).lower()


def test_a_python_below_pytest_is_under_pytest_too(project):
    program = "import subprocess; print(subprocess.check_output(['tierguard', 'explain', '--json'], text=True))"
    env = environment(PYTEST_VERSION="9", **PROD, **SERVER)
    done = run(["python", "-c", program], cwd=project, env=env)
    assert json.loads(done.stdout)["rule"] == "R1"
