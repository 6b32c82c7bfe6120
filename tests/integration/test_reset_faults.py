"""What may be in the way of a reset, an undo or a snapshot: said clearly, and nothing is changed or left behind."""

import json
import os
import resource
import shutil
import signal
from contextlib import contextmanager

import psycopg
import pytest
from support import clusters, faults
from support.child import environment, run
from support.patience import wait_until

from tierguard.databases.strays import find_strays
from tierguard.model import Ceiling, Tier
from tierguard.process.gate import inspecting

pytestmark = pytest.mark.xdist_group("reset")
server = faults.server

HOLD = "SELECT pg_try_advisory_lock(hashtextextended('stg', 7311001))"
IMPATIENT = "from tierguard.databases.siblings import lease; lease.Server.wait.__defaults__ = (1.5,)"
ORPHANS = (
    "SELECT count(*) FROM pg_ls_dir('base') d WHERE d ~ '^[0-9]+$' AND d NOT IN (SELECT oid::text FROM pg_database)"
)


@pytest.fixture
def was(server, tmp_path):
    return faults.prepare(server, tmp_path, "")


@contextmanager
def connected(server, *, user, dbname="stg", setup=""):
    with inspecting(Ceiling(Tier.PROD)), psycopg.connect(server.url(dbname, user=user), autocommit=True) as session:
        if setup:
            session.execute(setup)
        yield session


def assert_untouched(server, was):
    assert faults.checksum(server) == was.last
    assert [faults.checksum(server, name) for name in faults.names(server, "snap")] == [was.first]
    assert faults.names(server, "new") == []


@pytest.mark.parametrize("verb", ["reset", "undo"])
def test_a_session_that_may_not_be_ended_is_named_and_nothing_is_changed(server, was, verb):
    with connected(server, user="postgres", setup="SET application_name = 'a nightly report'") as session:
        code, said = faults.finish(faults.start(was.folder, verb))
        assert code == 4, said
        assert "(sessions-stay)" in said
        assert "a nightly report" in said
        assert f"pid {session.info.backend_pid}" in said
        assert_untouched(server, was)
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_snapshot_of_what_somebody_is_connected_to_is_a_file(server, was):
    with connected(server, user="postgres"):
        said = faults.do(was.folder, "keep")
    assert "is kept as a file" in said
    (file,) = (was.folder / ".tierguard" / "snapshots").glob("*/*.dump")
    assert file.stat().st_mode & 0o777 == 0o600
    assert_untouched(server, was)
    faults.do(was.folder, "undo")
    assert faults.checksum(server) == was.last


@pytest.mark.parametrize("verb", ["reset", "undo", "keep"])
def test_whoever_has_the_lease_is_named_and_it_is_given_up_in_the_end(server, was, verb):
    """So also where the holder is stopped or hangs."""
    holder = "SET application_name = 'tierguard prep_db.py (process 4711)'"
    with connected(server, user="keeper", dbname="postgres", setup=holder) as session:
        session.execute(HOLD)
        code, said = faults.finish(faults.start(was.folder, verb, prelude=IMPATIENT))
    assert code == 4, said
    assert "is being replaced by another process: tierguard prep_db.py (process 4711), since 20" in said
    assert "Waiting until that is done" in said
    assert "(replacing)" in said
    assert_untouched(server, was)


def test_a_stopped_holder_is_waited_for_and_an_interrupt_ends_the_wait(server, was):
    with connected(server, user="keeper", dbname="postgres") as session:
        session.execute(HOLD)
        # Whoever starts the tests in the background lets them, and their children, ignore it.
        heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        waiting = faults.start(was.folder, "reset", prelude=heeding)
        line = ""
        while "Waiting until that is done" not in line:
            line = waiting.stderr.readline()
            assert line
        waiting.send_signal(signal.SIGINT)
        code, said = faults.finish(waiting)
    assert code == 130, said
    assert "interrupted" in said
    assert_untouched(server, was)


def test_a_stopped_reset_holds_it_and_goes_on_when_it_is_continued(server, was):
    stopped, go_on = faults.start(was.folder, "reset", prelude=SLOW), (was.folder / "go on")
    try:
        wait_until(lambda: faults.names(server, "new"))
        os.kill(stopped.pid, signal.SIGSTOP)
        code, said = faults.finish(faults.start(was.folder, "reset", prelude=IMPATIENT))
        assert code == 4, said
        assert f"(process {stopped.pid})" in said
        assert faults.checksum(server) == was.last
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
        go_on.touch()
    code, said = faults.finish(stopped)
    assert code == 0, said


# The build waits until a file is there.
SLOW = """
import os
from tierguard.databases.siblings import making
def wait(server, name, tier, stamp=making.stamp_as, **more):
    while not os.path.exists("go on"):
        os.sched_yield()
    return stamp(server, name, tier, **more)
making.stamp_as = wait
"""


def test_two_resets_at_once_come_one_after_the_other(server, was):
    first, second = (faults.start(was.folder, "reset") for _ in range(2))
    results = [faults.finish(first), faults.finish(second)]
    assert [code for code, _ in results] == [0, 0], results
    assert len(faults.names(server, "snap")) == 3  # the first of all, the last, and the first one's result
    assert faults.names(server, "new") == []


def test_two_undos_at_once_do_not_undo_each_other(server, was):
    """Both would bring back the same one; the second would bring back what the first has just replaced."""
    prelude = SLOW.replace("stamp_as", "stamp_ahead")
    first = faults.start(was.folder, "undo", prelude=prelude)
    wait_until(lambda: server.admin(faults.LEASES))
    second = faults.start(was.folder, "undo")
    line = ""
    while "Waiting" not in line:
        line = second.stderr.readline()
        assert line
    (was.folder / "go on").touch()
    assert faults.finish(first)[0] == 0
    code, said = faults.finish(second)
    assert code == 4, said
    assert "was replaced by another process while this waited" in said
    assert faults.checksum(server) == was.first


def test_whoever_finds_no_database_may_be_the_second_to_make_it(server, was):
    late = (
        "from tierguard.databases import creation\n"
        "def is_missing(target, look=creation.is_missing, asked=[]):\n"
        "    asked.append(target)\n"
        "    return len(asked) == 1 or look(target)\n"
        "creation.is_missing = is_missing\n"
    )
    code, said = faults.finish(faults.start(was.folder, "undo", prelude=late))
    assert code == 0, said
    assert faults.checksum(server) == was.first


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="a process's limits are set from outside on Linux only")
@pytest.mark.parametrize("verb", ["reset", "keep"])
def test_a_full_disk_is_said_and_nothing_is_left_behind(server, was, verb):
    """No file of the server may grow beyond what fits; a reset copies its template, a snapshot STG itself."""
    server.admin(
        "CREATE TABLE large AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 22000); CHECKPOINT", "stg"
    )
    if verb == "reset":
        faults.do(was.folder, verb, "a recipe", prelude="ROWS = 400_000")
    states = {name: faults.checksum(server, name) for (name,) in server.admin(faults.ALL)}
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (17 * 1024**2, resource.RLIM_INFINITY))
    try:
        code, said = faults.finish(
            faults.start(was.folder, verb, "a recipe", prelude="import shutil; shutil.which = lambda *a, **b: None")
        )
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert code == 4, said
    assert "File too large" in said
    assert {name: faults.checksum(server, name) for (name,) in server.admin(faults.ALL)} == states
    assert server.admin(ORPHANS) == [("0",)]


def test_what_a_crash_has_left_half_dropped_is_dropped(server, was):
    for name in ("stg__tg_new_260101000000abcd", "stg__tg_snap_250101000000abcd", "stg__tg_tmpl_00"):
        server.admin(f'CREATE DATABASE "{name}" OWNER keeper')
        server.admin(f"UPDATE pg_database SET datconnlimit = -2 WHERE datname = '{name}'")
    faults.do(was.folder, "reset", "a recipe")
    left = {name for kind in ("new", "snap", "tmpl") for name in faults.names(server, kind)}
    assert not left & {"stg__tg_new_260101000000abcd", "stg__tg_snap_250101000000abcd", "stg__tg_tmpl_00"}


@pytest.mark.parametrize("verb", ["reset", "undo", "keep"])
def test_a_snapshot_of_that_name_that_is_there_already_is_left_alone(server, was, verb):
    named = "from tierguard.databases.siblings import making; making.new_name = lambda server, kind: NAMES[kind]"
    names = "NAMES = {'snap': 'stg__tg_snap_260101000000abcd', 'new': 'stg__tg_new_260101000000abcd'}"
    code, said = faults.finish(faults.start(was.folder, verb, prelude=f"{names}\n{named}"))
    assert "already exists" in said
    assert code == (0 if verb == "keep" else 4), said  # there is a file then
    assert_untouched(server, was)


def test_what_a_killed_server_left_is_found_by_whoever_may_look(server, was):
    left = server.data / "base" / "99999999"
    for folder in (left, left.with_name("99999998")):
        folder.mkdir()
        (folder / "1259").write_bytes(bytes(2 * 1024**2))
    os.utime(left, (0, 0))  # the other one may be a database that is being created
    server.admin("CREATE ROLE watcher LOGIN SUPERUSER")
    try:
        for user, data, found in (
            ("keeper", server.data, [(str(left), 2 * 1024**2)]),
            ("keeper", None, []),
            ("watcher", None, [("base/99999999", 2 * 1024**2)]),
        ):
            with connected(server, user=user) as session:
                assert list(find_strays(session, data)) == found
        clusters.project(was.folder, stg_url=server.url("stg", user="watcher"))
        doctor = run(["tierguard", "doctor", "--json"], cwd=was.folder, env=environment(USE_STG_DATABASE="true"))
        assert "base/99999999 takes 2.0 MB and belongs to no database" in doctor.stdout, doctor.stderr
    finally:
        server.admin("DROP ROLE watcher")
        for folder in (left, left.with_name("99999998")):
            shutil.rmtree(folder)


SMALL = """
from tierguard.deciding import retention
from tierguard.model import Tier
retention.SNAPSHOTS[Tier.INT] = retention.Allowance(count=1, size=1)
"""


@pytest.mark.parametrize(("agent", "kept"), [({}, 0), ({"CLAUDECODE": "1"}, 1)], ids=["a person", "an agent"])
@pytest.mark.parametrize("verb", ["reset", "keep"])
def test_what_an_agent_wipes_is_kept_whatever_its_size(server, was, verb, agent, kept):
    clusters.stamp(server, "stg", Tier.INT)
    clusters.drop_database(server, *faults.names(server, "snap"))
    clusters.project(was.folder, server.url("stg", user="keeper"))
    child = faults.start(was.folder, verb, tier="int", prelude=SMALL, **agent)
    code, said = faults.finish(child)
    assert code == (0 if agent or verb == "reset" else 4), said
    assert ("more than a snapshot of INT may have" in said) is not bool(agent)
    assert len(faults.names(server, "snap")) == kept


def test_an_agent_wipes_nothing_that_cannot_be_kept(server, was):
    clusters.stamp(server, "stg", Tier.INT)
    clusters.project(was.folder, server.url("stg", user="keeper"))
    server.admin("ALTER ROLE keeper NOCREATEDB")
    try:
        nothing = "import shutil; shutil.which = lambda *a, **b: None"
        code, said = faults.finish(faults.start(was.folder, "reset", tier="int", prelude=nothing, CLAUDECODE="1"))
    finally:
        server.admin("ALTER ROLE keeper CREATEDB")
    assert code == 3, said
    assert "(snapshot-missing)" in said
    assert "a coding agent may not reset what cannot be kept" in said
    assert faults.checksum(server) == was.last


ODD = ['Order "Nr. 1"', "CamelCase", "grüße", "a%20b%", "x" * 63, "ä" * 31]


@pytest.mark.parametrize("name", ODD)
def test_any_name_is_reset_undone_and_kept(server, tmp_path, name):
    quoted = name.replace('"', '""')
    clusters.make_database(server, quoted, owner="keeper")
    try:
        server.admin("CREATE TABLE person AS SELECT 1 AS id; ALTER TABLE person OWNER TO keeper", name)
        clusters.stamp(server, name, Tier.STG)
        server.admin("ALTER SCHEMA tierguard OWNER TO keeper", name)
        clusters.project(tmp_path, stg_url=server.url(name, user="keeper"))
        before = faults.checksum(server, name)
        faults.do(tmp_path, "reset")
        assert faults.checksum(server, name) != before
        faults.do(tmp_path, "undo")
        assert faults.checksum(server, name) == before
        faults.do(tmp_path, "keep")
        listed = run(["tierguard", "snapshot", "list", "stg", "--json"], cwd=tmp_path, env=environment())
        assert len(json.loads(listed.stdout)["snapshots"]) == 2, listed.stderr
    finally:
        for (each,) in server.admin(
            "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'stg') AND NOT datistemplate"
        ):
            clusters.drop_database(server, each.replace('"', '""'))
