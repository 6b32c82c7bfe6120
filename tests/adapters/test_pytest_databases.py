"""What the pytest plugin gives to tests: a copy of INT for each process, undone transactions, fresh databases."""

import json
import os
import signal
import subprocess
import sys

import pytest
from support import clusters
from support.child import environment, place, run
from support.patience import wait_until

TESTS = """
import os, psycopg, pytest, tierguard
from sqlalchemy import text
from sqlalchemy.orm import Session

def connect(target):
    return psycopg.connect(target.url)

@pytest.mark.parametrize("number", range(8))
def test_tables_come_and_go(number, tierguard_database):
    assert os.environ["TEST_DATABASE_URL"] == tierguard_database.url == tierguard.resolve().url
    with connect(tierguard_database) as connection:
        connection.execute("DROP TABLE IF EXISTS own; CREATE TABLE own (id int); TRUNCATE person")
        connection.execute("INSERT INTO person SELECT generate_series(1, 3)")
        connection.commit()
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (3,)

def test_what_is_committed_is_undone(tierguard_connection, tierguard_engine):
    count = lambda: tierguard_connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'gone'").fetchone()[0]
    tierguard_connection.execute("CREATE TABLE gone (id int)")
    tierguard_connection.commit()
    tierguard_connection.execute("DROP TABLE gone")
    tierguard_connection.rollback()
    with tierguard_connection.transaction():
        tierguard_connection.execute("INSERT INTO gone VALUES (1)")
    with Session(tierguard_engine) as session:
        session.execute(text("INSERT INTO gone VALUES (2)"))
        session.commit()
        session.execute(text("INSERT INTO gone VALUES (3)"))
        session.rollback()
        assert session.scalars(text("SELECT id FROM gone ORDER BY id")).all() == [1, 2]
    with tierguard_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DELETE FROM gone"))
    assert count() == 1

def test_and_is_not_there_afterwards(tierguard_database):
    with connect(tierguard_database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'gone'").fetchone() == (0,)

@pytest.mark.parametrize("number", range(2))
def test_a_fresh_database_is_as_int(number, tierguard_fresh_database, tierguard_database):
    assert tierguard_fresh_database.url != tierguard_database.url
    with connect(tierguard_fresh_database) as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (5,)
        connection.execute("DELETE FROM person")
"""
COMMITS = """
def test_it(tierguard_connection):
    tierguard_connection.execute("COMMIT")
"""
EMPTIES = """
def test_it(tierguard_database):
    import psycopg
    with psycopg.connect(tierguard_database.url) as connection:
        connection.execute("TRUNCATE person")
"""
SEES = """
import os
def test_it(tierguard_database):
    import psycopg
    with psycopg.connect(tierguard_database.url) as connection:
        seen = connection.execute("SELECT current_database() || ' ' || string_agg(relname, ' ' ORDER BY relname)"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").fetchone()[0]
    print("SEEN", seen)
"""
WAITS = """
import sys, time
def test_it(tierguard_database):
    print("READY", file=sys.__stderr__, flush=True)
    time.sleep(600)
"""
PREPARE = """
import psycopg, tierguard
from tierguard import tools
with tools.rebuild_database(tierguard.resolve(), recipe="r") as build:
    with psycopg.connect(build.target.url) as connection:
        connection.execute("CREATE TABLE prepared (id int)")
"""
COPIES = "SELECT datname FROM pg_database WHERE datname LIKE 'workers\\_test\\_\\_tg\\_w%'"


@pytest.fixture
def project(int_cluster, tmp_path):
    """A project with an INT of five rows, which asked for a copy for each process."""
    clusters.make_database(int_cluster, "workers_test", rows=5)
    clusters.stamp(int_cluster, "workers_test", "int")
    folder = clusters.project(tmp_path, int_cluster.url("workers_test"))
    (folder / "pytest.ini").write_text("[pytest]\ntierguard_databases = worker\n")
    yield folder
    for (name,) in int_cluster.admin("SELECT datname FROM pg_database WHERE datname LIKE 'workers%'"):
        clusters.drop_database(int_cluster, name)


def pytest_of(*args):
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *args]


def run_tests(folder, tests, *args):
    (folder / "test_it.py").write_text(tests)
    return run(pytest_of(*args), cwd=folder, env=environment())


def look(folder):
    done = run_tests(folder, SEES, "-s")
    assert done.returncode == 0, done.stdout + done.stderr
    return next(line for line in done.stdout.splitlines() if "SEEN" in line).partition("SEEN ")[2].split()


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_parallel_tests_create_drop_and_truncate_tables(project, int_cluster, times):
    for _ in range(times):
        done = run_tests(project, TESTS, "-n", "2")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "12 passed" in done.stdout
        assert int_cluster.admin(COPIES) == []
    assert int_cluster.admin("SELECT count(*) FROM person", "workers_test") == [("5",)]


def test_a_single_process_has_its_own_too_and_nothing_changes_for_who_did_not_ask(project, int_cluster):
    name, tables = look(project)
    assert name.startswith("workers_test__tg_w0_")
    assert tables == "person"
    (project / "pytest.ini").write_text("[pytest]\n")
    assert look(project)[0] == "workers_test"
    assert int_cluster.admin(COPIES) == []
    (project / "pytest.ini").write_text("[pytest]\ntierguard_databases = mine\n")
    done = run_tests(project, SEES)
    assert done.returncode == 2
    assert 'may only be "shared" or "worker"' in done.stderr


def test_a_commit_by_its_text_is_noticed(project):
    done = run_tests(project, COMMITS)
    assert done.returncode == 1
    assert "tierguard_fresh_database" in done.stdout


def test_a_killed_runs_copy_goes_with_the_next_and_a_live_runs_stays(project, int_cluster):
    (project / "test_it.py").write_text(WAITS)
    started = {**place(project, environment()), "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(pytest_of("-s"), start_new_session=True, **started) as first:
        try:
            while "READY" not in (line := first.stderr.readline()):
                assert line, "it ended"
            ((live,),) = int_cluster.admin(COPIES)
            look(project)
            assert int_cluster.admin(COPIES) == [(live,)]
        finally:
            os.killpg(first.pid, signal.SIGKILL)
    assert int_cluster.admin(COPIES) == [(live,)]
    look(project)
    assert int_cluster.admin(COPIES) == []


def test_what_was_prepared_is_copied_even_while_somebody_uses_int(project, int_cluster):
    done = run([sys.executable, "-c", PREPARE], cwd=project, env=environment())
    assert done.returncode == 0, done.stderr
    holding = [sys.executable, "-c", "import sys, psycopg; held = psycopg.connect(sys.argv[1]); input()"]
    int_cluster.admin("CREATE TABLE later (id int)", "workers_test")
    assert look(project)[1:] == ["later", "prepared"]  # INT's tables were changed since: INT itself is copied
    int_cluster.admin("DROP TABLE later", "workers_test")
    url = int_cluster.url("workers_test", query="application_name=a_viewer")
    with subprocess.Popen([*holding, url], stdin=subprocess.PIPE, cwd=project, env=environment()) as viewer:
        wait_until(lambda: int_cluster.admin("SELECT FROM pg_stat_activity WHERE application_name = 'a_viewer'"))
        assert look(project)[1:] == ["prepared"]
        int_cluster.admin("CREATE TABLE later (id int)", "workers_test")
        for args in ((), ("-n", "1")):
            done = run_tests(project, SEES, *args)
            assert done.returncode == (1 if args else 4), done.stdout + done.stderr
            assert "a_viewer" in done.stdout + done.stderr
            assert "sessions-stay" in done.stdout + done.stderr
        viewer.communicate(b"\n")
    assert int_cluster.admin(COPIES) == []


def test_int_is_not_used_instead_where_a_connection_more_cannot_be_had(project, int_cluster):
    clusters.make_role(int_cluster, "crowded")
    int_cluster.admin("ALTER ROLE crowded CREATEDB CONNECTION LIMIT 2; ALTER DATABASE workers_test OWNER TO crowded")
    int_cluster.admin("ALTER TABLE person OWNER TO crowded", "workers_test")
    clusters.project(project, int_cluster.url("workers_test", user="crowded"))
    done = run_tests(project, EMPTIES)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "too many connections" in done.stderr
    assert int_cluster.admin("SELECT count(*) FROM person", "workers_test") == [("5",)]


def test_nothing_is_copied_on_a_server_that_holds_prod(prod_cluster, tmp_path):
    clusters.make_database(prod_cluster, "workers_test", rows=5)
    clusters.stamp(prod_cluster, "workers_test", "int")
    project = clusters.project(tmp_path, prod_cluster.url("workers_test"))
    (project / "pytest.ini").write_text("[pytest]\ntierguard_databases = worker\n")
    try:
        for args in ((), ("-n", "2")):
            done = run_tests(project, SEES, *args)
            assert done.returncode == 0, done.stdout + done.stderr
            assert done.stderr.count("no-copies") == 1
            assert "holds a PROD" in done.stderr
        log = [json.loads(line) for line in (project / "logs" / "audit.jsonl").read_text().splitlines()]
        assert not [entry for entry in log if entry["event"] == "create"]
        assert look(project)[0] == "workers_test"
    finally:
        clusters.drop_database(prod_cluster, "workers_test")
