"""psycopg 3: pools, hosts, special connections, and servers that stay silent."""

import asyncio

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from support.patience import patience

from tierguard.adapters import psycopg as adapter
from tierguard.errors import IdentityMismatch, IdentityRefused
from tierguard.text import conninfo


class Mine(psycopg.Connection):
    """A class of one's own, made before anything else here."""


def test_a_pool_judges_each_connection_once_and_no_checkout(arena):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        with ConnectionPool(url, min_size=1, max_size=1, kwargs={"autocommit": True}) as pool:
            for _ in range(4):
                with pool.connection() as connection:
                    connection.execute("SELECT 1")
        assert tap.round_trips == 1 + 4


def test_a_pool_that_reconnects_judges_again(arena):
    url = arena.make(tier="int")
    with ConnectionPool(url, min_size=1, max_size=1, check=ConnectionPool.check_connection, open=True) as pool:
        with pool.connection() as connection:
            connection.execute("SELECT 1")
        arena.stamp(url, "prod")
        with pool.connection() as connection:
            connection.close()
        with pytest.raises(psycopg.OperationalError), pool.connection(timeout=0.5):
            pytest.fail("a pool handed out a connection to PROD")


def test_an_async_pool_never_opens_on_prod(arena):
    async def use(url):
        async with AsyncConnectionPool(url, min_size=1, max_size=1, open=False) as pool:
            await pool.wait(timeout=0.5)

    with arena.tap(arena.make(tier="prod")) as (tap, url):
        with pytest.raises(psycopg.OperationalError):
            asyncio.run(use(url))
        assert all("pg_control_system" in text for _, text in tap.said)


def test_a_task_that_is_cancelled_during_the_judgement_gets_no_connection(arena, monkeypatch):
    """Its first query would wait for the server to the end: what has not begun there yet cannot be cancelled."""

    def judge_and_cancel(*args, original=arena.gate.find_standing):
        asyncio.current_task().cancel()
        return original(*args)

    async def connect():
        with pytest.raises(asyncio.CancelledError):
            await psycopg.AsyncConnection.connect(url)

    url = arena.make(tier="int")
    monkeypatch.setattr(arena.gate, "find_standing", judge_and_cancel)
    asyncio.run(connect())


def test_a_subclass_is_judged(arena):
    with pytest.raises(IdentityMismatch):
        Mine.connect(arena.make(tier="prod"))


def test_the_host_that_answered_is_judged_among_several(arena):
    url = arena.make(tier="prod")
    parts = conninfo.parse(url).effective()
    several = f"host=127.0.0.1,127.0.0.1 port=1,{parts['port']} user={parts['user']} dbname={parts['dbname']}"
    with pytest.raises(IdentityMismatch):
        psycopg.connect(several)
    with psycopg.connect(several.replace(parts["dbname"], conninfo.parse(arena.make(tier="int")).dbname)) as connection:
        assert adapter.effective(connection.pgconn)["port"] == parts["port"]


def test_the_effective_parameters_hold_no_secret(arena):
    url = arena.make(tier="int").replace("postgres@", "postgres:s3cret-word@")
    with psycopg.connect(url + "?passfile=/nowhere&sslpassword=other-s3cret") as connection:
        known = adapter.effective(connection.pgconn)
    assert known["dbname"] == conninfo.parse(url).dbname
    assert "s3cret" not in str(known)


async def look_asynchronously(url):
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return adapter.effective(connection.pgconn)


def look(url):
    with psycopg.connect(url) as connection:
        return adapter.effective(connection.pgconn)


@pytest.mark.parametrize("look", [look, lambda url: asyncio.run(look_asynchronously(url))], ids=["sync", "async"])
def test_an_address_that_a_person_gave_is_kept_and_the_drivers_own_is_not(arena, look):
    url = arena.make(tier="int")
    by_name = look(url.replace("127.0.0.1", "localhost"))
    assert (by_name["host"], by_name.get("hostaddr")) == ("localhost", None)
    assert look(url)["host"] == "127.0.0.1"
    given = look(url.replace("127.0.0.1", "somewhere.invalid") + "?hostaddr=127.0.0.1")
    assert (given["host"], given["hostaddr"]) == ("somewhere.invalid", "127.0.0.1")


def test_an_address_in_the_environment_is_a_persons_too(arena, monkeypatch):
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    given = look(arena.make(tier="int").replace("127.0.0.1", "somewhere.invalid"))
    assert (given["host"], given["hostaddr"]) == ("somewhere.invalid", "127.0.0.1")


def test_a_name_in_the_environment_is_a_name(arena, monkeypatch):
    monkeypatch.setenv("PGHOST", "localhost")
    assert "hostaddr" not in look(arena.make(tier="int").replace("127.0.0.1", ""))


def test_a_logical_replication_connection_is_judged_and_a_physical_one_proves_nothing(arena):
    url = arena.make(tier="int")
    with psycopg.connect(url + "?replication=database", autocommit=True) as connection:
        assert connection.execute("IDENTIFY_SYSTEM", prepare=False).fetchone()
    with pytest.raises(IdentityMismatch):
        psycopg.connect(arena.make(tier="prod") + "?replication=database")
    with pytest.raises(IdentityRefused, match="does not prove its tier"):
        psycopg.connect(url + "?replication=true")


def test_a_listening_connection_works_as_ever(arena):
    url = arena.make(tier="int")
    with psycopg.connect(url, autocommit=True) as listener, psycopg.connect(url, autocommit=True) as speaker:
        listener.execute("LISTEN news")
        speaker.execute("NOTIFY news, 'hello'")
        assert [note.payload for note in listener.notifies(timeout=patience(), stop_after=1)] == ["hello"]


async def connect_asynchronously(url):
    async with await psycopg.AsyncConnection.connect(url):
        pytest.fail("nobody answered")


@pytest.mark.parametrize("connect", [psycopg.connect, lambda url: asyncio.run(connect_asynchronously(url))])
def test_a_silent_server_is_given_up_in_time(arena, monkeypatch, connect):
    monkeypatch.setattr(adapter, "PATIENCE", 0.3)
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        with pytest.raises(psycopg.errors.ConnectionTimeout, match="no answer within"):
            connect(url)


def test_the_drivers_own_limit_counts_for_the_question_too(arena):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            psycopg.connect(url, connect_timeout=2)


def test_a_server_entitled_to_prod_gets_the_drivers_error_from_a_dead_line(arena):
    arena.entitle()
    with (
        arena.tap(arena.make(tier="prod"), cut=True) as (_, url),
        pytest.raises(psycopg.OperationalError, match=r"server closed the connection|lost"),
    ):
        psycopg.connect(url)
