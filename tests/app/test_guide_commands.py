"""The guide's commands, as a newcomer types them, on scratch INT and STG databases."""

import json
import re
from contextlib import closing

import psycopg
import pytest
from support.checkout import checkout
from support.child import PROGRAMS, environment, needs_no_agent, run, type_at_terminal
from support.guide import ONE_LINER, change, complaints, guide_environment, look, prepared, python, scratch_url

STG = {"USE_STG_DATABASE": "true"}
RECORD = {"v", "seq", "ts", "event", "database", "tier", "operation", "decision", "rule", "reason"} | {
    "target",
    "actor",
    "project",
    "host",
    "prev",
    "hash",
}


@pytest.mark.parametrize(("tier", "flags"), [("int", {}), ("stg", STG), ("int", {"USE_STG_DATABASE": "off"})])
def test_the_one_liner_prints_exactly_the_url(tier, flags):
    done = run(ONE_LINER, env=guide_environment(**flags))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == scratch_url(tier) + "\n"


def test_the_one_liners_answer_is_connectable_by_psycopg():
    url = run(ONE_LINER, env=guide_environment()).stdout.strip()
    with closing(psycopg.connect(url)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("instainstru_test",)


def test_importing_the_settings_needs_no_url_no_server_and_prints_nothing(tmp_path):
    program = ["python", "-c", "import app.core.config, sys; assert 'psycopg' not in sys.modules"]
    env = environment(TEST_DATABASE_URL="", STG_DATABASE_URL="", DATABASE_URL="", PYTHONPATH=str(checkout()))
    done = run(program, cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_no_agent
def test_in_a_terminal_the_one_liner_shows_a_coloured_banner_and_the_url():
    said, code = type_at_terminal(ONE_LINER, env=guide_environment(**STG), answers=[])
    assert code == 0
    assert "\033[33m[STG]\033[0m" in said
    assert scratch_url("stg") in said
    plain, _ = type_at_terminal(ONE_LINER, env=guide_environment(NO_COLOR="1", **STG), answers=[])
    assert "[STG]" in plain
    assert "\033[" not in plain


def test_prep_db_prepares_int_with_everything():
    report = prepared("int")
    assert report["tier"] == "int"
    assert look("int", "SELECT count(*) FROM service_catalog")[0][0] >= 200
    assert look("int", "SELECT count(*) FROM service_catalog WHERE embedding IS NULL") == [(0,)]
    assert look("int", "SELECT count(*) FROM users")[0][0] >= 70


def test_prep_db_with_keep_keeps_what_stg_holds():
    prepared("stg")
    change("stg", "CREATE TABLE IF NOT EXISTS my_own_notes AS SELECT 'kept' AS note")
    before = look("stg", "SELECT count(*) FROM users")
    done = python("scripts/prep_db.py", "--keep", env=guide_environment(**STG))
    assert done.returncode == 0, done.stderr
    assert "[STG]" in done.stdout
    assert "tierguard undo" not in done.stdout
    assert all(f"{step}/5" in done.stderr for step in range(1, 6))
    assert "Total" in done.stdout
    assert look("stg", "SELECT note FROM my_own_notes") == [("kept",)]
    assert look("stg", "SELECT count(*) FROM users") == before
    change("stg", "DROP TABLE my_own_notes")


@pytest.mark.parametrize(
    ("args", "flags", "tier", "outcome"),
    [
        ([], {}, "int", "allow"),
        (["stg"], {}, "stg", "allow"),
        ([], STG, "stg", "allow"),
        (["int"], STG, "int", "allow"),
        (["prod"], {}, "prod", "refuse"),
    ],
)
def test_a_dry_run_prints_the_plan_and_changes_nothing(args, flags, tier, outcome):
    # The URLs lead nowhere: a dry run that touched a database would fail.
    nowhere = dict.fromkeys(("TEST_DATABASE_URL", "STG_DATABASE_URL", "DATABASE_URL"), "postgresql://127.0.0.1:1/x")
    done = python("scripts/prep_db.py", *args, "--dry-run", "--json", env=environment(**nowhere, **flags))
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert (plan["tier"], plan["outcome"], len(plan["plan"])) == (tier, outcome, 5)


def test_a_dry_run_tells_people_the_same():
    shown = python("scripts/prep_db.py", "--dry-run", env=environment())
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "[INT]" in shown.stdout
    assert [f"{number}." in shown.stdout for number in range(1, 7)] == [True] * 5 + [False]


def test_the_schema_is_reset_migrated_and_seeded_again():
    prepared("int")
    reset = python("scripts/reset_schema.py")
    assert (reset.returncode, complaints(reset)) == (0, [])
    assert look("int", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    migrated = run(["alembic", "upgrade", "head"], env=guide_environment())
    assert migrated.returncode == 0, migrated.stderr
    assert look("int", "SELECT version_num FROM alembic_version") == [("0006",)]
    assert look("int", "SELECT count(*) FROM service_catalog") == [(0,)]
    assert python("scripts/reset_schema.py").returncode == 0
    seeded = python("scripts/reset_and_seed_yaml.py")
    assert seeded.returncode == 0, seeded.stderr
    assert look("int", "SELECT count(*) FROM service_catalog")[0][0] >= 200


def test_alembic_upgrades_stg_when_asked():
    prepared("stg")
    done = run(["alembic", "current"], env=guide_environment(**STG))
    assert "(head)" in done.stdout
    assert run(["alembic", "upgrade", "head"], env=guide_environment(**STG)).returncode == 0


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("check_database_safety.py", "0 errors"),
        ("test_deployment_scenarios.py", "0 failed"),
        ("pre_deploy_check.py", "may be deployed"),
        ("verify_database_safety.py", "[INT]"),
    ],
)
@needs_no_agent
def test_the_checking_scripts_pass_on_a_prepared_project_and_show_no_secret(script, says):
    prepared("int")
    prepared("stg")
    done = python(f"scripts/{script}")
    assert (done.returncode, complaints(done)) == (0, []), done.stdout
    assert says in done.stdout
    for tier in ("int", "stg"):
        assert psycopg.conninfo.conninfo_to_dict(scratch_url(tier))["password"] not in done.stdout
    assert "Zq7" not in done.stdout


def test_the_scenarios_do_not_depend_on_where_they_are_tried():
    odd = {"CLAUDECODE": "1", "CI": "true", "PYTEST_VERSION": "9", "USE_PROD_DATABASE": "true"}
    done = python("scripts/test_deployment_scenarios.py", env=guide_environment(**odd))
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 failed" in done.stdout


def test_the_checking_scripts_fail_where_something_is_wrong():
    prepared("int")
    shared = guide_environment(STG_DATABASE_URL=scratch_url("int"))
    done = python("scripts/check_database_safety.py", env=shared)
    assert done.returncode == 1
    assert "tiers-share-database" in done.stdout
    unreachable = guide_environment(STG_DATABASE_URL="postgresql://u:Zq7@127.0.0.1:1/x")
    done = python("scripts/pre_deploy_check.py", env=unreachable)
    assert done.returncode == 1
    assert "may not be deployed" in done.stdout
    assert "Zq7" not in done.stdout + done.stderr


def test_every_command_is_on_the_audit_log_as_one_json_object_a_line():
    path = checkout() / "logs" / "database_audit.jsonl"
    before = path.stat().st_size if path.exists() else 0
    assert run(ONE_LINER, env=guide_environment(**STG)).returncode == 0
    assert run(ONE_LINER, env=guide_environment(USE_PROD_DATABASE="true")).returncode == 3
    with path.open("rb") as file:
        file.seek(before)
        lines = file.read().decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert all(record.keys() >= RECORD for record in records)
    assert all(record["target"].keys() == {"host", "port", "database", "cluster"} for record in records)
    assert all(record["actor"].keys() >= {"user", "uid", "kind", "tty", "pid", "argv0"} for record in records)
    choices = {
        (record["tier"], record["rule"], record["decision"]) for record in records if record["event"] == "select"
    }
    assert choices >= {("stg", "R8", "allow"), ("prod", "R7", "refuse")}
    assert "Zq7" not in "".join(lines)


def test_pytest_runs_on_int_whatever_is_exported(tmp_path):
    (tmp_path / "test_inner.py").write_text(
        "import os, subprocess, sys\n"
        "from app.core.config import settings\n"
        "def test_here():\n"
        "    assert settings.database_url == os.environ['TEST_DATABASE_URL']\n"
        "def test_child():\n"
        "    code = 'from app.core.config import settings; print(settings.database_tier)'\n"
        "    assert subprocess.check_output([sys.executable, '-c', code], text=True) == 'int\\n'\n"
    )
    command = ["pytest", "-q", "-p", "no:cacheprovider", "-c", str(checkout() / "pyproject.toml"), str(tmp_path)]
    flags = {"USE_PROD_DATABASE": "true", "INSTAINSTRU_PRODUCTION_MODE": "true"}
    done = run(command, env=guide_environment(**flags))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert "PROD; ignored here" in done.stderr


def test_run_gives_a_command_one_tier_and_no_others():
    stg = ["tierguard", "run", "--tier", "stg", "--"]
    done = run([*stg, "psql", "-Atc", "select current_database()"], env=guide_environment())
    assert (done.returncode, done.stdout) == (0, "instainstru_stg\n"), done.stderr
    ambient = {"PGAPPNAME": "mine", "PGSSLMODE": "prefer"}
    seen = run(["tierguard", "run", "--", "env"], env=guide_environment(**ambient)).stdout
    assert "STG_DATABASE_URL" not in seen
    assert not re.search("^DATABASE_URL", seen, re.MULTILINE)
    assert "PGAPPNAME" not in seen
    assert "PGSSLMODE" not in seen
    assert f"TEST_DATABASE_URL={scratch_url('int')}" in seen
    assert "PGDATABASE=instainstru_test" in seen
    assert "PGPASSWORD" not in seen


def test_run_passes_on_the_exit_code_and_gates_a_python_child():
    assert run(["tierguard", "run", "--", "sh", "-c", "exit 7"], env=guide_environment()).returncode == 7
    assert run(["tierguard", "run", "--", "no-such-command"], env=guide_environment()).returncode == 127
    program = "import psycopg, sys; psycopg.connect(sys.argv[1])"
    prepared("stg")
    done = run(["tierguard", "run", "--", "python", "-c", program, scratch_url("stg")], env=guide_environment())
    assert done.returncode != 0
    assert "above-int" in done.stderr


def test_the_password_file_of_a_command_is_private_and_gone_afterwards():
    program = "stat -c %a $PGPASSFILE; echo $PGPASSFILE"
    mode, path = run(["tierguard", "run", "--", "sh", "-c", program], env=guide_environment()).stdout.split()
    assert mode == "600"
    assert run(["test", "-e", path]).returncode == 1


def test_status_shows_every_tier_without_a_secret():
    prepared("int")
    prepared("stg")
    done = run(["tierguard", "status", "--json"], env=guide_environment())
    assert (done.returncode, complaints(done)) == (0, [])
    state = json.loads(done.stdout)
    assert (state["process"]["tier"], state["process"]["rule"]) == ("int", "R9")
    assert state["tiers"]["int"]["rows"]["service_catalog"] >= 200
    assert state["tiers"]["stg"]["rows"]["users"] >= 70
    for tier in ("int", "stg"):
        assert state["tiers"][tier]["migration"] == state["tiers"][tier]["head"]
        assert state["tiers"][tier]["marker"] == tier
        assert psycopg.conninfo.conninfo_to_dict(scratch_url(tier))["password"] not in done.stdout
    assert state["tiers"]["prod"]["configured"]
    assert not state["tiers"]["prod"]["contacted"]
    assert "Zq7" not in done.stdout


def test_the_programs_of_the_guide_are_those_of_this_environment():
    assert run(["which", "tierguard"]).stdout.strip() == str(PROGRAMS / "tierguard")
