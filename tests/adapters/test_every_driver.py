"""Every driver: what a program notices of the gate when all is well, and when a server is not."""

import asyncio
import gc
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

from tierguard.errors import IdentityMismatch, IdentityRefused, PolicyRefused, TierguardError
from tierguard.process import admission
from tierguard.text import conninfo


def by_psycopg(url, sql, *values, settings=""):
    with psycopg.connect(url, options=settings) as connection:
        return connection.execute(sql, values or None).fetchone()[0]


def by_psycopg_async(url, sql, *values, settings=""):
    async def run():
        async with await psycopg.AsyncConnection.connect(url, options=settings) as connection:
            return (await (await connection.execute(sql, values or None)).fetchone())[0]

    return asyncio.run(run())


def by_psycopg2(url, sql, *values, settings=""):
    with closing(psycopg2.connect(url, options=settings)) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchone()[0]


def by_asyncpg(url, sql, *values, settings=""):
    async def run():
        connection = await asyncpg.connect(url, ssl=False, server_settings={"options": settings})
        try:
            return await connection.fetchval(sql.replace("%s", "$1"), *values)
        finally:
            await connection.close()

    return asyncio.run(run())


def by_pg8000(url, sql, *values, settings=""):
    options = {"startup_params": {"options": settings}} if settings else {}
    with closing(pg8000.native.Connection(**keywords(url), **options)) as connection:
        return connection.run(sql.replace("%s", ":v"), **dict(zip("v", values, strict=False)))[0][0]


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
        line = psycopg.pq.PGconn.connect(arena.server.encode())
        asking = f"datname = '{parts.dbname}' AND query ~ 'sleep'"
        sql = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {asking}"
        while not line.exec_(sql.encode()).ntuples:
            pass
        line.finish()

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
    assert run(url, "SHOW statement_timeout", settings="-c statement_timeout=250ms") == "250ms"


@each
def test_a_question_that_is_canceled_again_and_again_proves_nothing(arena, monkeypatch, run):
    monkeypatch.setattr(admission, "QUERY", "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(10)")
    with pytest.raises(IdentityRefused, match="cancel"):
        run(arena.make(tier="int"), "SELECT 1")


@each
@pytest.mark.parametrize("encoding", ["", "LATIN1", "SQL_ASCII"])
def test_an_accent_in_a_name_is_no_finding_in_whatever_encoding(arena, monkeypatch, run, encoding):
    monkeypatch.setattr(admission.Admission, "watch", lambda *args: watched.append(args[0].limited))
    watched = []
    url = arena.make(tier="int", suffix="_café", encoding=encoding)
    for client in ("latin1", "utf8", ""):
        assert run(url, "SELECT 1", settings=f"-c client_encoding={client}" if client else "") == 1
    assert run(arena.make(tier="int"), "SELECT 1") == 1
    assert arena.gate.warnings == []
    assert watched == [False] * 4


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


@pytest.fixture
def beside_prod(arena):
    """Return the URL of an INT database beside PROD."""
    arena.make(tier="prod")
    return arena.make(tier="int")


@each
@pytest.mark.parametrize("statement", ["SELECT pg_terminate_backend({})", "SELECT pg_cancel_backend(%s::int)"])
def test_beside_prod_a_session_of_ones_own_is_ended_and_no_other(arena, beside_prod, run, statement):
    values = () if "{}" in statement else (0,)
    stranger = psycopg.pq.PGconn.connect(arena.server.encode())
    with pytest.raises(PolicyRefused, match="not this process's own"):
        run(beside_prod, statement.format(stranger.backend_pid), *(stranger.backend_pid for _ in values))
    assert stranger.exec_(b"SELECT 1").ntuples == 1
    stranger.finish()
    mine = psycopg.connect(beside_prod, autocommit=True)
    pid = mine.info.backend_pid
    assert run(beside_prod, statement.format(pid), *(pid for _ in values)) is True
    mine.close()
    del mine
    gc.collect()
    with pytest.raises(PolicyRefused):
        run(beside_prod, statement.format(pid), *(pid for _ in values))


@each
def test_beside_prod_the_session_that_was_let_in_is_known_and_may_end_itself(beside_prod, monkeypatch, run):
    known = []
    original = admission.Admission.watch
    monkeypatch.setattr(admission.Admission, "watch", lambda *args: known.append(args[2]) or original(*args))
    assert run(beside_prod, "SELECT pg_backend_pid()") == known[-1]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each driver has its own
        run(beside_prod, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert not isinstance(caught.value, TierguardError)


REPLICATING = {
    "psycopg": lambda url, kind: psycopg.connect(f"{url}?replication={kind}").close(),
    "psycopg2": lambda url, kind: psycopg2.connect(url, replication=kind).close(),
    "asyncpg": lambda url, kind: asyncio.run(connect_and_leave(url, kind)),
    "pg8000": lambda url, kind: pg8000.native.Connection(**keywords(url), replication=kind).close(),
}


def keywords(url):
    parts = conninfo.parse(url).effective()
    return {
        "user": parts["user"],
        "host": parts["host"],
        "port": int(parts["port"]),
        "database": parts["dbname"],
    }


async def connect_and_leave(url, kind):
    await (await asyncpg.connect(url, ssl=False, server_settings={"replication": kind})).close()


@pytest.mark.parametrize("connect", REPLICATING.values(), ids=REPLICATING)
def test_a_physical_replication_connection_is_told_why_it_is_refused(arena, connect):
    with pytest.raises(IdentityRefused, match=r"physical replication .* every database .*replication=database"):
        connect(arena.make(tier="int"), "true")
    with pytest.raises(IdentityMismatch):
        connect(arena.make(tier="prod"), "database")
