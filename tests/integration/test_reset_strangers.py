"""What only has the name of something that tools made, or takes a tier's name meanwhile, is left alone."""

import json

import pytest
from support import clusters, faults
from support.child import environment, run
from support.patience import wait_until

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("reset")

SLOW = """
import time, pathlib
from tierguard.databases.siblings import likeness
dress = likeness.dress
def slow(*args):
    pathlib.Path("built").touch()
    while not pathlib.Path("go on").exists():
        time.sleep(0.02)
    return dress(*args)
likeness.dress = slow
"""


@pytest.fixture(scope="module")
def server():
    with clusters.running(clusters.programs_of_18(), 18) as cluster:
        cluster.admin("CREATE ROLE keeper LOGIN CREATEDB")
        yield cluster


@pytest.fixture
def was(server, tmp_path):
    return faults.prepare(server, tmp_path, "")


def make_stranger(server, name, *, rows=7):
    """Make somebody's database, which says nothing of itself, and give it that name, as a slip of a person does."""
    clusters.make_database(server, "somebodys", owner="keeper", rows=rows)
    server.admin(f'ALTER DATABASE somebodys RENAME TO "{name}"')
    return name


@pytest.mark.parametrize("kind", ["new", "snap", "tmpl"])
def test_a_database_that_has_only_the_name_is_not_dropped(server, was, kind):
    name = make_stranger(server, f"stg__tg_{kind}_250101000000abcd")
    try:
        for number in range(3):
            faults.do(was.folder, "reset", f"recipe {number}")
        code, said = prune(was)
        assert code == 0, said
        assert server.admin("SELECT count(*) FROM person", name) == [("7",)]
        assert faults.names(server, "snap") == [name] * (kind == "snap")
    finally:
        clusters.drop_database(server, name)


def test_nor_is_one_whose_comment_was_written_for_another(server, was):
    name = make_stranger(server, "stg__tg_snap_250101000000abcd")
    try:
        clusters.stamp(server, name, Tier.STG)
        server.admin("DROP SCHEMA tierguard", name)
        text = server.admin(f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'")
        forged = json.loads(text[0][0]) | {"tier": "stg", "oid": "4711"}
        server.admin(f"COMMENT ON DATABASE \"{name}\" IS '{json.dumps(forged)}'")
        code, said = prune(was)
        assert code == 0, said
        assert server.admin("SELECT count(*) FROM person", name) == [("7",)]
        code, said = undo_to(was, name)
        assert code == 4, said
        assert "(snapshot-missing)" in said
    finally:
        clusters.drop_database(server, name)


def prune(was):
    done = run(["tierguard", "snapshot", "prune", "stg", "--all"], cwd=was.folder, env=environment())
    return done.returncode, f"{done.stdout}{done.stderr}"


def undo_to(was, name):
    done = run(["tierguard", "undo", "stg", "--to", name], cwd=was.folder, env=environment())
    return done.returncode, f"{done.stdout}{done.stderr}"


def begin_reset(was):
    """Start a reset, and wait until the new database is built and nothing has been renamed."""
    child = faults.start(was.folder, "reset", prelude=SLOW)
    wait_until((was.folder / "built").exists)
    return child


def end_reset(was, child):
    (was.folder / "go on").touch()
    return faults.finish(child)


def test_a_database_that_was_given_the_tiers_name_meanwhile_is_not_replaced(server, was):
    child = begin_reset(was)
    server.admin("ALTER DATABASE stg RENAME TO stg_aside")
    try:
        make_stranger(server, "stg")
        code, said = end_reset(was, child)
        assert server.admin("SELECT count(*) FROM person", "stg") == [("7",)]
        assert code == 4, said
        assert "(replacing)" in said
    finally:
        clusters.drop_database(server, "stg_aside")


def test_a_server_that_was_given_a_prod_meanwhile_is_left_alone(server, was):
    child = begin_reset(was)
    clusters.make_database(server, "shop", rows=3)
    try:
        clusters.stamp(server, "shop", Tier.PROD)
        code, said = end_reset(was, child)
        assert faults.checksum(server) == was.last
        assert code == 3, said
    finally:
        clusters.drop_database(server, "shop")


def test_rows_that_a_policy_hides_are_kept(server, was):
    server.admin(
        "DROP TABLE person; SET ROLE keeper; CREATE TABLE hidden (id int); INSERT INTO hidden VALUES (1);"
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE hidden FORCE ROW LEVEL SECURITY",
        "stg",
    )
    before = faults.checksum(server)
    faults.do(was.folder, "reset")
    faults.do(was.folder, "undo")
    assert faults.checksum(server) == before


def test_a_snapshot_of_a_clock_that_runs_ahead_pushes_nothing_newer_out(server, tmp_path):
    clusters.make_database(server, "int", owner="keeper", rows=5)
    clusters.stamp(server, "int", Tier.INT)
    server.admin("ALTER SCHEMA tierguard OWNER TO keeper; ALTER TABLE person OWNER TO keeper", "int")
    folder = clusters.project(tmp_path, int_url=server.url("int", user="keeper"))
    ahead = (
        "from tierguard.databases.siblings import kept, making, snapshots\n"
        "from datetime import datetime, timedelta, UTC\n"
        "class Ahead(datetime):\n"
        "    @classmethod\n"
        "    def now(cls, tz=None): return datetime.now(tz) + timedelta(minutes=10)\n"
        "kept.datetime = making.datetime = snapshots.datetime = Ahead\n"
    )
    faults.do(folder, "reset", tier="int", prelude=ahead)
    server.admin("INSERT INTO person VALUES (99, 'x')", "int")
    before = faults.checksum(server, "int")
    faults.do(folder, "reset", tier="int")
    faults.do(folder, "undo", tier="int")
    assert faults.checksum(server, "int") == before
