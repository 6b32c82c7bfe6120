"""What a reset replaces is kept where it holds rows, or may: hidden by a policy, dated by a fast clock, unknown."""

import pytest
from support import clusters, faults

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("reset")

HIDE = """
ALTER TABLE person OWNER TO {role}; ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON person USING (id::text = current_setting('app.tenant', true));
"""
# The server vacuums what is kept, too: between two looks its size is another one.
GROWING = """
from dataclasses import replace
from itertools import count
from tierguard.databases.siblings import snapshots
more, listed = count(), snapshots.list_snapshots
snapshots.list_snapshots = lambda server: tuple(replace(one, size=one.size + next(more)) for one in listed(server))
"""
UNCERTAIN = """
from tierguard.databases.siblings import snapshots
from tierguard.errors import TierguardError
def holds_rows(target):
    raise TierguardError("the line was lost")
snapshots.holds_rows = holds_rows
"""


@pytest.fixture(params=["maker", "plain"])
def project(request, int_cluster, tmp_path):
    """A project whose STG holds rows; its role may create databases, or not."""
    clusters.make_role(int_cluster, request.param)
    int_cluster.admin("ALTER ROLE maker CREATEDB" if request.param == "maker" else "SELECT")
    clusters.make_database(int_cluster, "hidden", owner=request.param, rows=5)
    clusters.stamp(int_cluster, "hidden", Tier.STG)
    int_cluster.admin(f"ALTER SCHEMA tierguard OWNER TO {request.param}", "hidden")
    int_cluster.admin(HIDE.format(role=request.param), "hidden")
    yield clusters.project(tmp_path / "project", stg_url=int_cluster.url("hidden", user=request.param))
    for (name,) in int_cluster.admin("SELECT datname FROM pg_database WHERE datname LIKE 'hidden%'"):
        clusters.drop_database(int_cluster, name)


def test_rows_that_a_policy_hides_from_the_role_are_rows(int_cluster, project):
    code, said = faults.finish(faults.start(project, "reset"))
    if code:  # they cannot be dumped either, and nobody is there who could say that they may go
        assert (code, "cannot be kept" in said) == (3, True), said
        assert int_cluster.admin("SELECT count(*) FROM person", "hidden") == [("5",)]
    else:
        faults.do(project, "undo")
        assert int_cluster.admin("SELECT count(*) FROM person", "hidden") == [("5",)]


@pytest.mark.parametrize("project", ["maker"], indirect=True)
def test_a_snapshot_that_was_vacuumed_meanwhile_is_the_same_one(int_cluster, project):
    faults.do(project, "reset")
    faults.do(project, "undo", prelude=GROWING)
    assert int_cluster.admin("SELECT count(*) FROM person", "hidden") == [("5",)]


@pytest.mark.parametrize("project", ["maker"], indirect=True)
def test_what_was_just_kept_stays_beside_what_a_fast_clock_dated(int_cluster, project):
    for number in range(5):
        int_cluster.admin(f'CREATE DATABASE "hidden__tg_snap_68010100000{number}abcd" OWNER maker')
    faults.do(project, "reset")
    kept = int_cluster.admin("SELECT datname FROM pg_database WHERE datname LIKE 'hidden%\\_snap\\_2%'")
    assert [int_cluster.admin("SELECT count(*) FROM person", name) for (name,) in kept] == [[("5",)]]


@pytest.mark.parametrize("project", ["maker"], indirect=True)
def test_a_reset_that_is_done_has_not_failed_because_of_what_it_replaced(int_cluster, project):
    said = faults.do(project, "reset", prelude=UNCERTAIN)
    assert "stays: the line was lost" in said
    faults.do(project, "undo")
    assert int_cluster.admin("SELECT count(*) FROM person", "hidden") == [("5",)]
