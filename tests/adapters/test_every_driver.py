"""Every driver: what a program notices of the gate when all is well, and when a server is not."""

import asyncio
import inspect
import os
import threading
from contextlib import closing

import asyncpg
import pg8000.core
import pg8000.exceptions
import pg8000.native
import psycopg
import psycopg2
import pytest

from tierguard.errors import IdentityRefused
from tierguard.process import admission
from tierguard.text import conninfo


def by_psycopg(url, sql, settings=""):
    with psycopg.connect(url, options=settings) as connection:
        return connection.execute(sql).fetchone()[0]


def by_psycopg_async(url, sql, settings=""):
    async def run():
        async with await psycopg.AsyncConnection.connect(url, options=settings) as connection:
            return (await (await connection.execute(sql)).fetchone())[0]

    return asyncio.run(run())


def by_psycopg2(url, sql, settings=""):
    with closing(psycopg2.connect(url, options=settings)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def by_asyncpg(url, sql, settings=""):
    async def run():
        connection = await asyncpg.connect(url, ssl=False, server_settings={"options": settings})
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


def by_pg8000(url, sql, settings=""):
    parts = conninfo.parse(url).effective()
    where = {"host": parts["host"], "port": int(parts["port"]), "database": parts["dbname"]}
    options = {"startup_params": {"options": settings}} if settings else {}
    with closing(pg8000.native.Connection(parts["user"], **where, **options)) as connection:
        return connection.run(sql)[0][0]


LOST = {
    by_psycopg: psycopg.OperationalError,
    by_psycopg_async: psycopg.OperationalError,
    by_psycopg2: psycopg2.OperationalError,
    by_asyncpg: asyncpg.PostgresConnectionError,
    by_pg8000: pg8000.exceptions.InterfaceError,
}
each = pytest.mark.parametrize("run", LOST, ids=lambda driver: driver.__name__)


@each
@pytest.mark.parametrize("question", ["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT pg_sleep(60)"])
def test_a_connection_that_is_lost_during_the_question_is_the_drivers_own_error(arena, monkeypatch, run, question):
    url = arena.make(tier="int")
    parts = conninfo.parse(url)

    def end():
        ended = False
        while not ended:
            sql = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{parts.dbname}'"
            ended = bool(psycopg.pq.PGconn.connect(arena.server.encode()).exec_(sql.encode()).ntuples)

    monkeypatch.setattr(admission, "QUERY", question)
    killer = threading.Thread(target=end)
    if "sleep" in question:
        killer.start()
    with pytest.raises(LOST[run]):
        run(url, "SELECT 1")
    if "sleep" in question:
        killer.join()


@each
def test_what_answers_and_proves_nothing_is_refused(arena, monkeypatch, run):
    monkeypatch.setattr(admission, "QUERY", "SELECT 1 / 0")
    with pytest.raises(IdentityRefused, match="division by zero"):
        run(arena.make(tier="int"), "SELECT 1")


@each
def test_a_short_limit_of_the_server_is_nothing_to_refuse_for_and_stays(arena, monkeypatch, run):
    slow = admission.QUERY.replace("pg_catalog.pg_database d WHERE", "pg_sleep(0.5), pg_catalog.pg_database d WHERE")
    monkeypatch.setattr(admission, "QUERY", slow)
    url = arena.make(tier="int")
    assert run(url, "SHOW statement_timeout", "-c statement_timeout=250ms") == "250ms"


@each
def test_a_question_that_is_canceled_again_and_again_proves_nothing(arena, monkeypatch, run):
    monkeypatch.setattr(admission, "QUERY", "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(10)")
    with pytest.raises(IdentityRefused, match="cancel"):
        run(arena.make(tier="int"), "SELECT 1")


@each
def test_an_accent_in_a_name_is_read_in_the_encoding_of_the_connection(arena, run):
    url = arena.make(tier="int", suffix="_café")
    assert run(url, "SHOW client_encoding", "-c client_encoding=latin1").lower() in {"latin1", "utf8", "utf-8"}
    assert arena.gate.warnings == []


@each
def test_a_connection_starts_no_thread(arena, monkeypatch, run):
    """Forking and ending are other people's: neither meets a thread of ours."""
    url = arena.make(tier="int")
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("a thread"))
    assert run(url, "SELECT 1") == 1


@each
def test_it_connects_when_the_process_ends(arena, run):
    url = arena.make(tier="int")
    child = os.fork()
    if not child:
        status = 1
        try:
            status = run(url, "SELECT 1") - 1
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_wrapped_beside_prod_keeps_its_name_and_its_signature(arena):
    arena.make(tier="prod")
    url = arena.make(tier="int")
    for run in LOST:
        run(url, "SELECT 1")
    execute = asyncpg.Connection.execute
    assert list(inspect.signature(execute).parameters) == ["self", "query", "args", "timeout"]
    assert inspect.iscoroutinefunction(execute)
    assert execute.__name__ == "execute"
    assert execute.__doc__.startswith("Execute an SQL command")
    assert "user" in inspect.signature(pg8000.core.CoreConnection.__init__).parameters
    assert list(inspect.signature(pg8000.native.Connection.execute_simple).parameters) == ["self", "statement"]
    assert psycopg2.extensions.cursor.execute.__doc__.startswith("execute(query, vars=None)")
