"""What goes wrong ends in one clear line, the right exit code, and the database as it was."""

import re
import shutil
import signal
import subprocess

import pytest
from support.checkout import ROOT
from support.child import needs_no_agent, run
from support.guide import (
    ONE_LINER,
    assert_one_clear_line,
    guide_environment,
    look,
    prepared,
    python,
    scratch_url,
)
from support.patience import patience, wait_until

WHOLE = "SELECT count(*), (SELECT count(*) FROM users), (SELECT version_num FROM alembic_version) FROM pg_class"
BROKEN = """
revision = "{revision}"
down_revision = "0006"
branch_labels = None
depends_on = None

def upgrade():
    from alembic import op
    op.execute("CREATE TABLE half_way (id int)")
    op.execute("ALTER TABLE users DROP COLUMN email CASCADE")
    op.execute("{statement}")

def downgrade():
    pass
"""


@pytest.fixture
def project(tmp_path):
    """Copy the project, to break it."""
    for name in ("app", "migrations", "seeds", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "alembic.ini"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def in_project(project, args, **extra):
    return run(args, cwd=project, env=guide_environment(PYTHONPATH=str(project), **extra))


def set_log(project, path):
    config = project / "pyproject.toml"
    config.write_text(config.read_text().replace("logs/database_audit.jsonl", path))


@pytest.mark.parametrize(
    ("variables", "code", "says"),
    [
        ({"TEST_DATABASE_URL": ""}, 2, "TEST_DATABASE_URL"),
        ({"TEST_DATABASE_URL": "Zq7nonsense"}, 2, "TEST_DATABASE_URL"),
        ({"TEST_DATABASE_URL": "postgresql://u:Zq7 pass@h/d"}, 2, "TEST_DATABASE_URL"),
        ({"TEST_DATABASE_URL": "postgresql://u:Zq7@pass@h/d"}, 2, "TEST_DATABASE_URL"),
        ({"TEST_DATABASE_URL": "postgresql://u:Zq7pass@h:port/d"}, 2, "TEST_DATABASE_URL"),
        ({"TEST_DATABASE_URL": "postgresql://u:Zq7pass%ff@h/d"}, 2, "TEST_DATABASE_URL"),
        ({"TEST_DATABASE_URL": "mysql://u:Zq7pass@h/d"}, 2, "TEST_DATABASE_URL"),
        ({"USE_PROD_DATABASE": "ture"}, 2, "USE_PROD_DATABASE"),
        ({"USE_STG_DATABASE": "2"}, 2, "USE_STG_DATABASE"),
        ({"CI": "maybe"}, 2, "CI"),
        ({"INSTAINSTRU_PRODUCTION_MODE": "yes!"}, 2, "INSTAINSTRU_PRODUCTION_MODE"),
        ({"USE_STG_DATABASE": "true", "USE_PROD_DATABASE": "true"}, 2, "both"),
        ({"PGHOSTADDR": "10.0.0.1"}, 2, "PGHOSTADDR"),
        ({"PGSERVICE": "live"}, 2, "PGSERVICE"),
        ({"PGOPTIONS": "-c search_path=x"}, 2, "PGOPTIONS"),
        ({"PGPASSWORD": "Zq7pass", "TEST_DATABASE_URL": "postgresql://u@h/d"}, 2, "PGPASSWORD"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(variables, code, says):
    env = guide_environment() | variables
    line = assert_one_clear_line(run(ONE_LINER, env=env), code)
    assert says in line


@pytest.mark.parametrize(
    ("command", "url", "says"),
    [
        (["python", "scripts/prep_db.py"], "postgresql://u:Zq7pass@127.0.0.1:1/d", "127.0.0.1:1/d"),
        (["alembic", "upgrade", "head"], "postgresql://u:Zq7pass@127.0.0.1:1/d", "127.0.0.1:1/d"),
        (["python", "scripts/reset_schema.py"], "WRONG PASSWORD", "password authentication failed"),
        (["alembic", "current"], "WRONG PASSWORD", "password authentication failed"),
        (["alembic", "upgrade", "head"], "postgresql://u:Zq7pass@127.0.0.1:1/d?colour=red", "colour"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_line(command, url, says):
    wrong = re.sub(":[0-9a-f]+@", ":Zq7wrong@", scratch_url("int"))
    env = guide_environment(TEST_DATABASE_URL=wrong if url == "WRONG PASSWORD" else url)
    done = run(command, env=env)
    line = assert_one_clear_line(done, done.returncode)
    assert done.returncode == (2 if says == "colour" else 4)
    assert says in line


@pytest.mark.parametrize("script", ["prep_db.py", "reset_schema.py", "reset_and_seed_yaml.py"])
def test_an_unknown_tier_is_a_usage_error(script):
    line = assert_one_clear_line(python(f"scripts/{script}", "prdo"), 2)
    assert "int, stg, prod" in line


def test_a_broken_seed_file_is_named_with_its_line_and_nothing_is_changed(project):
    prepared("int")
    path = project / "seeds" / "categories.yaml"
    path.write_text(path.read_text() + "\n  : [broken\n")
    before = look("int", WHOLE)
    line = assert_one_clear_line(in_project(project, ["python", "scripts/prep_db.py"]), 2)
    assert "categories.yaml" in line
    assert look("int", WHOLE) == before


@pytest.mark.parametrize("tier", ["int", "stg"])
def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(project, tier):
    prepared(tier)
    statement = BROKEN.format(revision="0007", statement="SELECT 1/0 AS broken")
    (project / "migrations" / "versions" / "0007_broken.py").write_text(statement)
    before = look(tier, WHOLE)
    flag = {"USE_STG_DATABASE": str(tier == "stg")}
    prep = in_project(project, ["python", "scripts/prep_db.py", tier, "--json"])
    assert "division by zero" in assert_one_clear_line(prep, 4)
    alembic = in_project(project, ["alembic", "upgrade", "head"], **flag)
    assert alembic.returncode == 4
    assert "division by zero" in alembic.stderr
    assert "Traceback" not in alembic.stderr
    assert look(tier, WHOLE) == before
    assert look(tier, "SELECT to_regclass('half_way')") == [(None,)]


@pytest.mark.parametrize("command", [["python", "scripts/prep_db.py", "--json"], ["alembic", "upgrade", "head"]])
def test_an_interrupt_leaves_the_database_as_it_was(project, command):
    prepared("int")
    slow = BROKEN.format(revision="0007", statement="SELECT pg_sleep(999)")
    (project / "migrations" / "versions" / "0007_slow.py").write_text(slow)
    before = look("int", WHOLE)
    env = guide_environment(PYTHONPATH=str(project))
    child = subprocess.Popen(
        command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        sleeping = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(999)%' AND pid <> pg_backend_pid()"
        )

        def is_asleep():
            assert child.poll() is None, child.communicate()
            return look("int", sleeping) != [(0,)]

        wait_until(is_asleep)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=patience())
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == 130, err
    assert "Traceback" not in out + err
    assert "interrupted" in err.splitlines()[-1]
    assert look("int", WHOLE) == before
    assert look("int", "SELECT datname FROM pg_database WHERE datname LIKE '%_\\_tg\\_new\\_%'") == []


@pytest.mark.parametrize("log", ["blocked/audit.jsonl", "/dev/full"])
def test_a_log_that_cannot_be_written_stops_stg_but_not_int(project, log):
    set_log(project, log)
    (project / "blocked").write_text("a file where the log's folder should be")
    stg = in_project(project, ONE_LINER, USE_STG_DATABASE="true")
    assert "audit-unwritable" in assert_one_clear_line(stg, 3)
    assert stg.stdout == ""
    on_int = in_project(project, ONE_LINER)
    assert (on_int.returncode, on_int.stdout) == (0, scratch_url("int") + "\n")
    assert on_int.stderr.count("cannot be written") == 1


@needs_no_agent
def test_a_log_that_cannot_be_written_does_not_stop_a_server(project):
    set_log(project, "/dev/full")
    server = {"USE_PROD_DATABASE": "true", "INSTAINSTRU_PRODUCTION_MODE": "true"}
    served = in_project(project, ONE_LINER, **server, DATABASE_URL="postgresql://u:Zq7pass@db/shop")
    assert served.returncode == 0
    assert '"rule":"R3"' in served.stderr
    assert "Zq7" not in served.stderr


def test_flags_and_production_mode_in_a_file_do_not_count(project):
    (project / ".env").write_text(
        "USE_PROD_DATABASE=true\nINSTAINSTRU_PRODUCTION_MODE=true\nCI=true\nUSE_STG_DATABASE=true\n"
    )
    done = in_project(project, ["tierguard", "explain", "--json"])
    assert '"rule": "R9"' in done.stdout
    assert '"tier": "int"' in done.stdout


def test_an_empty_variable_does_not_fall_through_to_the_file(project):
    (project / ".env").write_text("TEST_DATABASE_URL=postgresql://u:Zq7pass@db/other\n")
    done = in_project(project, ONE_LINER, TEST_DATABASE_URL="")
    assert "TEST_DATABASE_URL" in assert_one_clear_line(done, 2)
