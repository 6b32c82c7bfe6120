"""Nothing is final on INT and STG: what a reset replaces is kept, and ``tierguard undo`` brings it back."""

import json
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from support.child import needs_no_agent, run, type_at_terminal
from support.guide import (
    assert_one_clear_line,
    change,
    complaints,
    guide_environment,
    look,
    prepared,
    python,
    scratch_url,
)

from tierguard.model import Ceiling, Tier
from tierguard.process.gate import inspecting
from tierguard.text.conninfo import with_database

MINE = "SELECT to_regclass('mine') IS NOT NULL"
RESETS = ("prep_db.py", "reset_schema.py", "reset_and_seed_yaml.py")


def tierguard(*args, **extra):
    return run(["tierguard", *args], env=guide_environment(**extra))


def told(*args):
    done = tierguard(*args, "--json")
    assert (done.returncode, complaints(done)) == (0, []), done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def mine(tier):
    """Put a row of a user's own into INT or STG, and leave the database as it was prepared."""
    prepared(tier)
    change(tier, "DROP TABLE IF EXISTS mine; CREATE TABLE mine AS SELECT 'of a user' AS note")
    yield
    assert python("scripts/prep_db.py", tier).returncode == 0


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    ("script", "tier"),
    [("prep_db.py", "int"), ("prep_db.py", "stg"), ("reset_schema.py", "stg"), ("reset_and_seed_yaml.py", "stg")],
)
def test_a_reset_says_how_it_is_undone_and_undo_goes_back_and_forth(script, tier):
    done = python(f"scripts/{script}", tier)
    assert done.returncode == 0, done.stderr
    assert f"[{tier.upper()}] tierguard undo {tier} brings back the old database.\n" in done.stdout
    assert look(tier, MINE) == [(False,)]
    back = tierguard("undo", tier)
    assert (back.returncode, complaints(back)) == (0, [])
    first, second, *rest = back.stdout.splitlines()
    assert f"before python scripts/{script} {tier}" in first
    assert second == f"[{tier.upper()}] The replaced database is kept; tierguard undo {tier} brings it back."
    assert rest == []
    assert look(tier, "SELECT note FROM mine") == [("of a user",)]
    forth = tierguard("undo", tier)
    assert forth.returncode == 0, forth.stderr
    assert look(tier, MINE) == [(False,)]
    lost = "Its schema is at no migration, older than this checkout's (0006)." in forth.stdout
    assert lost == (script == "reset_schema.py")


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize("tier", ["stg"])
def test_the_result_for_programs_names_what_is_kept():
    report = json.loads(python("scripts/prep_db.py", "stg", "--json").stdout)
    listed = told("snapshot", "list", "stg")
    assert listed["snapshots"][0]["name"] == report["snapshot"]
    assert listed["snapshots"][0].keys() == {"name", "at", "why", "by", "size", "kind"}
    undone = told("undo", "stg")
    assert undone["restored"]["name"] == report["snapshot"]
    assert undone["schema"]["fits"]
    assert told("snapshot", "list", "stg")["snapshots"][0]["name"] == undone["kept"]


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize("tier", ["stg"])
def test_a_snapshot_is_made_by_hand_restored_by_name_and_dropped():
    made = told("snapshot", "create", "stg")["name"]
    change("stg", "UPDATE mine SET note = 'changed'")
    restored = told("snapshot", "restore", made, "--tier", "stg")
    assert restored["restored"]["name"] == made
    assert look("stg", "SELECT note FROM mine") == [("of a user",)]
    assert told("undo", "stg", "--to", restored["kept"])["restored"]["name"] == restored["kept"]
    assert look("stg", "SELECT note FROM mine") == [("changed",)]
    assert told("snapshot", "prune", "stg")["dropped"] == []
    shown = tierguard("snapshot", "list", "stg").stdout
    assert f"{told('snapshot', 'list', 'stg')['snapshots'][0]['name']}  2" in shown
    refused = assert_one_clear_line(tierguard("snapshot", "prune", "stg", "--all", CLAUDECODE="1"), 3)
    assert "may not drop snapshots that are still kept" in refused
    assert len(told("snapshot", "prune", "stg", "--all")["dropped"]) >= 2
    assert told("snapshot", "list", "stg")["snapshots"] == []
    assert "snapshot-missing" in assert_one_clear_line(tierguard("undo", "stg"), 4)


def test_five_are_kept_of_stg_and_one_of_int():
    for tier, limit in (("int", 1), ("stg", 5)):
        prepared(tier)
        for _ in range(limit):
            told("snapshot", "create", tier)
        newest = told("snapshot", "create", tier)["name"]
        kept = told("snapshot", "list", tier)["snapshots"]
        assert (len(kept), kept[0]["name"]) == (limit, newest)


def test_a_snapshot_that_is_not_there_is_named_with_those_that_are():
    prepared("stg")
    made = told("snapshot", "create", "stg")["name"]
    line = assert_one_clear_line(tierguard("undo", "stg", "--to", f"{made}x"), 4)
    assert f"There is no snapshot {made}x. There are: {made}" in line


@pytest.mark.parametrize("args", [("undo",), ("snapshot", "create"), ("snapshot", "list"), ("snapshot", "prune")])
def test_prod_is_not_undone_and_nobody_is_asked(args):
    assert "prod-never-reset" in assert_one_clear_line(tierguard(*args, "prod"), 3)


@needs_no_agent
def test_prod_is_not_undone_at_a_terminal_either():
    said, code = type_at_terminal(["tierguard", "undo", "prod"], env=guide_environment(), answers=[])
    assert (code, "Type " in said) == (3, False), said
    assert "prod-never-reset" in said


def test_a_database_that_was_dropped_is_undone_too():
    name = f"guide_{uuid4().hex[:8]}"
    url = with_database(scratch_url("stg"), name)
    env = guide_environment(STG_DATABASE_URL=url)
    assert python("scripts/reset_schema.py", "stg", env=env).returncode == 0
    with inspecting(Ceiling(Tier.PROD)):
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute("CREATE TABLE mine AS SELECT 'of a user' AS note")
        assert python("scripts/reset_schema.py", "stg", env=env).returncode == 0
        with closing(psycopg.connect(scratch_url("stg"), autocommit=True)) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        undone = run(["tierguard", "undo", "stg"], env=env)
        assert undone.returncode == 0, undone.stderr
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            assert connection.execute("SELECT note FROM mine").fetchall() == [("of a user",)]
    assert run(["tierguard", "snapshot", "prune", "stg", "--all"], env=env).returncode == 0
    with inspecting(Ceiling(Tier.PROD)), closing(psycopg.connect(scratch_url("stg"), autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("script", RESETS)
def test_a_dry_run_says_what_would_be_kept_and_changes_nothing(script):
    nowhere = dict.fromkeys(("TEST_DATABASE_URL", "STG_DATABASE_URL"), "postgresql://127.0.0.1:1/x")
    done = python(f"scripts/{script}", "stg", "--dry-run", env=guide_environment(**nowhere))
    assert done.returncode == 0, done.stderr
    assert "tierguard undo stg" in done.stdout
    assert "[STG]" in done.stdout


def test_a_copy_of_what_was_prepared_needs_no_orm():
    prepared("int")
    done = run(["python", "-X", "importtime", "scripts/prep_db.py", "int"], env=guide_environment())
    assert done.returncode == 0, done.stderr
    assert "[INT] Copied the prepared database\n" in done.stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "psycopg" in loaded
    assert loaded & {"sqlalchemy", "alembic", "rich", "pydantic_settings", "yaml", "numpy"} == set()


def test_a_terminal_shows_a_bar_for_each_step_of_a_new_database_and_none_for_a_copy():
    prepared("stg")
    fresh = ["python", "scripts/prep_db.py", "stg", "--fresh"]
    said, code = type_at_terminal(fresh, env=guide_environment(NO_COLOR="1"), answers=[])
    assert code == 0, said
    last = said.rpartition("Create the database \N{BOX DRAWINGS HEAVY HORIZONTAL}")[2]
    assert all(f"[STG] {step}" in last for step in ("Migrate", "Seed", "Embed", "Analyse", "Swap")), said
    assert "-:--:--" not in last
    copied, code = type_at_terminal(fresh[:-1], env=guide_environment(NO_COLOR="1"), answers=[])
    assert code == 0, copied
    assert "[STG] Copied the prepared database\r\n" in copied
    assert "\N{BOX DRAWINGS HEAVY HORIZONTAL}" not in copied
