"""How the command line is started, what it takes from libpq's variables, and how it answers a typo."""

import sys
from importlib import metadata

import pytest
from support import clusters
from support.checkout import checkout
from support.child import environment, run
from support.pristine import URLS, make_project, tierguard

from tierguard.model import Tier

AMBIENT = {
    "PGHOSTADDR": "203.0.113.9",
    "PGPORT": "1",
    "PGUSER": "nobody",
    "PGOPTIONS": "-c nonsense=1",
    "PGSSLMODE": "verify-full",
}


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


@pytest.fixture
def real(int_cluster, tmp_path):
    """A project whose INT is there, at a URL that leaves the user open."""
    clusters.make_database(int_cluster, "entry")
    clusters.stamp(int_cluster, "entry", Tier.INT)
    yield clusters.project(tmp_path, int_cluster.url("entry"))
    clusters.drop_database(int_cluster, "entry")


def test_the_module_is_the_command_also_in_another_project_than_its_own(project):
    done = run([sys.executable, "-m", "tierguard", "url"], cwd=project, env=environment(**URLS))
    assert (done.returncode, done.stdout) == (0, "postgresql://shop:***@127.0.0.1:1/shop_test\n"), done.stderr
    assert run([sys.executable, "-m", "tierguard", "--help"], cwd=project).stdout.startswith("Usage: tierguard ")


def test_the_version_is_the_package_s_and_costs_no_look_at_its_metadata(project):
    done = run([sys.executable, "-X", "importtime", "-m", "tierguard", "--version"], cwd=project)
    assert done.stdout == f"tierguard, version {metadata.version('tierguard')}\n"
    assert "tierguard.cli.main" in done.stderr
    assert "importlib.metadata" not in done.stderr


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["stauts"], "command 'stauts'. Did you mean 'status'?"),
        (["audit", "verfy"], "command 'verfy'. Did you mean 'verify'?"),
        (["status", "--teir", "stg"], "option '--teir'. Did you mean '--tier'?"),
        (["run", "--teir", "stg", "--", "true"], "option '--teir'. Did you mean '--tier'?"),
        (["psql", "--databse", "x"], "option '--databse'. Did you mean '--database'?"),
        (["run", "-x", "--", "true"], "option '-x'."),
        (["nonsense"], "command 'nonsense'."),
    ],
)
def test_a_typo_is_answered_with_what_was_probably_meant(project, line, meant):
    done = tierguard(project, *line, **URLS)
    assert done.returncode == 2
    assert f"No such {meant}\n" in f"{done.stderr}\n"
    assert done.stdout == ""


@pytest.mark.parametrize("command", [["run", "--", "psql", "-XAt"], ["psql", "--", "-At"]])
def test_ambient_variables_are_gone_before_anything_connects(real, command):
    told = "select current_user, current_database(), current_setting('nonsense', true) is null"
    done = run(["tierguard", *command, "-c", told], cwd=real, env=environment(**AMBIENT))
    assert (done.returncode, done.stdout) == (0, "postgres|entry|t\n"), done.stderr


def test_other_commands_refuse_an_ambient_variable_that_would_lead_elsewhere(real):
    done = run(["tierguard", "dump", "x"], cwd=real, env=environment(**AMBIENT))
    assert done.returncode == 2
    assert "PGHOSTADDR, PGOPTIONS in the environment would change INT's URL" in done.stderr


def test_a_service_keeps_the_file_that_it_stands_in(real, int_cluster):
    (real / "tierguard.toml").write_text('project = "app"\n[databases.default]\nint.service = "shop"\n')
    (real / "services").write_text(f"[shop]\nhost=127.0.0.1\nport={int_cluster.port}\nuser=postgres\ndbname=entry\n")
    env = environment(**AMBIENT, PGSERVICEFILE=str(real / "services"))
    done = run(["tierguard", "psql", "--", "-Atc", "select current_database()"], cwd=real, env=env)
    assert (done.returncode, done.stdout) == (0, "entry\n"), done.stderr


USES = {
    "resolve": "print(tierguard.resolve().source)",
    "status": "print(tierguard.status()['process']['url'])",
    "install": "print(tierguard.install().process.config.project)",
    "explain": "from tierguard.tools import explain; print(explain().rule)",
    "check": "from tierguard.tools import check_project; print(len(check_project()) > 0)",
    "driver": "import psycopg; print(tierguard.resolve().source)",
}
ANSWERS = {
    "resolve": "TEST_DATABASE_URL",
    "status": "postgresql://shop:***@127.0.0.1:1/shop_test",
    "install": "shop",
    "explain": "R9",
    "check": "True",
    "driver": "TEST_DATABASE_URL",
}


@pytest.mark.parametrize("use", USES)
def test_a_script_belongs_to_the_project_of_its_folder_wherever_it_is_started(tmp_path, use):
    project = tmp_path / "elsewhere" / "project"
    (project / "scripts").mkdir(parents=True)
    make_project(project)
    (project / ".env").write_text("".join(f"{name}={url}\n" for name, url in URLS.items()))
    script = project / "scripts" / "x.py"
    script.write_text(f"import tierguard\n{USES[use]}\n")
    done = run([sys.executable, str(script)], cwd=tmp_path, env=environment())
    assert (done.returncode, done.stdout) == (0, f"{ANSWERS[use]}\n"), done.stderr


@pytest.mark.parametrize("command", [["explain"], ["down"], ["audit", "query"], ["url"]])
def test_the_commands_find_the_project_as_scripts_do(tmp_path, command):
    project = tmp_path / "project"
    project.mkdir()
    make_project(project)
    (project / "tg").write_text("from tierguard.cli.main import main\nmain()\n")
    done = run([sys.executable, str(project / "tg"), *command], cwd=tmp_path, env=environment(**URLS))
    assert "No tierguard configuration" not in done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", ["verify_database_safety.py", "pre_deploy_check.py", "prep_db.py"])
def test_the_scripts_of_this_repository_work_from_any_folder(tmp_path, script):
    env = environment(PYTHONPATH=str(checkout()))
    line = [sys.executable, str(checkout() / "scripts" / script)]
    done = run([*line, *(["--dry-run"] if script == "prep_db.py" else [])], cwd=tmp_path, env=env)
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())
