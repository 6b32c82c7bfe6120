"""Whoever resets, undoes or keeps STG is killed at a statement; afterwards STG is whole, and the next one works.

Killed before the server hears the statement, or right after, so that it is carried out and nobody hears the answer.
"""

import sys

import pytest
from support import clusters, faults
from support.faults import Point
from support.patience import wait_until

pytestmark = pytest.mark.xdist_group("reset")

# Where it hurts, with how often that has been said.
POINTS = [
    Point("reset", ("CREATE DATABASE", 1), "after"),
    Point("reset", ("CREATE TABLE visit", 1), "before"),
    Point("reset", ("RENAME TO", 1), "after"),
    Point("reset", ("RENAME TO", 2), "after"),
    Point("reset", ("COMMIT", 3), "after"),
    Point("undo", ("RENAME TO", 2), "before"),
    Point("undo", ("COMMIT", 1), "after"),
    Point("keep", ("CREATE DATABASE", 1), "after"),
    Point("keep", ("COMMENT ON DATABASE", 1), "before"),
]
CRASHES = [
    Point("reset", ("COMMIT", 3), "after"),
    *(pytest.param(Point(verb, at, when), marks=pytest.mark.soak) for verb, at, when in POINTS),
    pytest.param(Point("reset", ("COMMIT", 3), "before"), marks=pytest.mark.soak),
]


@pytest.fixture(scope="module")
def server():
    """A server of these tests' own: it is killed too."""
    with clusters.running(clusters.programs_of_18(), 18) as cluster:
        cluster.admin("CREATE ROLE keeper LOGIN CREATEDB")
        yield cluster


@pytest.fixture(scope="module")
def fresh(server, tmp_path_factory):
    """What STG is after a reset."""
    was = faults.prepare(server, tmp_path_factory.mktemp("fresh"), "")
    faults.do(was.folder, "reset")
    return faults.checksum(server)


@pytest.fixture
def was(server, fresh, tmp_path):
    return faults.prepare(server, tmp_path, fresh)


def assert_whole(server, was, *, swaps):
    """Check that STG is one of its states whole, that nothing is lost, nobody holds it, and the next one works."""
    wait_until(lambda: not server.admin(faults.LEASES))
    now = faults.checksum(server)
    kept = {faults.checksum(server, name) for name in faults.names(server, "snap")}
    assert now in ({was.first, was.fresh, was.last} if swaps else {was.last})
    assert {was.first, was.last} <= {now, *kept}
    faults.do(was.folder, "reset")
    assert faults.checksum(server) == was.fresh
    assert faults.names(server, "new") == []
    faults.do(was.folder, "undo")
    assert faults.checksum(server) == now


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_where_it_hurts(server, was, point):
    assert faults.blow(server, was.folder, point)
    assert_whole(server, was, swaps=point.verb != "keep")


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", ["reset", "undo", "keep"])
def test_killed_at_every_statement(server, was, tmp_path, verb, when):
    at = 1
    while faults.blow(server, was.folder, Point(verb, at, when)):
        assert_whole(server, was, swaps=verb != "keep")
        was = faults.prepare(server, tmp_path, was.fresh)
        at += 1
    assert at > 15, "it says more than that"


@pytest.mark.skipif(sys.platform != "linux", reason="it finds the server's processes as Linux shows them")
@pytest.mark.parametrize("point", CRASHES, ids=str)
def test_server_killed(server, was, point):
    assert faults.blow(server, was.folder, point, server.crash)
    server.start()
    assert_whole(server, was, swaps=point.verb != "keep")


def count(server):
    """Return how many rows each table of STG has: hashes of passwords differ from one prep to the next."""
    tables = [table for (table,) in server.admin(faults.TABLES, "stg")]
    return {table: server.admin(f"SELECT count(*) FROM {table}", "stg")[0][0] for table in tables}


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
def test_prep_killed_at_statements_from_its_first_to_its_last(server, tmp_path, when):
    server.admin("CREATE EXTENSION IF NOT EXISTS vector", "template1")
    was = faults.prepare(server, tmp_path, "")
    clusters.stamp(server, "stg", "stg", project="instainstru")
    at, whole = 1, None
    while faults.blow(server, was.folder, Point("prep", at, when)):
        wait_until(lambda: not server.admin(faults.LEASES))
        now = count(server)
        assert faults.checksum(server) == was.last or now == whole, f"at {at}"
        code, said = faults.finish(faults.start_prep(server.url("stg", user="keeper")))
        assert code == 0, said
        assert faults.names(server, "new") == []
        whole = whole or count(server)
        assert count(server) == whole
        was = faults.prepare(server, tmp_path, "")
        clusters.stamp(server, "stg", "stg", project="instainstru")
        at += 11
    assert at > 40
