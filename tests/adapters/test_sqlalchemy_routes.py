"""SQLAlchemy on every driver: the gate below sees an engine's connections whatever the engine was given."""

import psycopg
import pytest
from sqlalchemy import create_engine, event, text

from tierguard.adapters.sqlalchemy import make_engine
from tierguard.errors import IdentityMismatch
from tierguard.text import conninfo

DRIVERS = ("psycopg", "psycopg2", "pg8000")


def engine_for(url, driver, **options):
    return create_engine(url.replace("://", f"+{driver}://", 1), **options)


def ask(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT 42")).scalar_one()


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_engine_reaches_int_and_not_prod(arena, driver):
    engine = engine_for(arena.make(tier="int"), driver)
    assert ask(engine) == 42
    engine.dispose()
    with arena.tap(arena.make(tier="prod")) as (tap, url):
        with pytest.raises(IdentityMismatch):
            ask(engine_for(url, driver))
        assert [text for _, text in tap.said if "pg_control_system" not in text] == []


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_pool_asks_once_a_connection_and_again_when_it_reconnects(arena, driver):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        engine = engine_for(url, driver, pool_size=1, pool_pre_ping=True)
        for _ in range(3):
            assert ask(engine) == 42
        assert sum("pg_control_system" in said for _, said in tap.said) == 1
        for line in tap._lines:
            line.hang_up()
        assert ask(engine) == 42
        assert sum("pg_control_system" in said for _, said in tap.said) == 2
        engine.dispose()


def test_a_creator_is_judged(arena):
    url = arena.make(tier="prod")
    with pytest.raises(IdentityMismatch):
        ask(create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url)))


def test_connect_args_that_lead_elsewhere_are_judged(arena):
    elsewhere = conninfo.parse(arena.make(tier="prod")).dbname
    with pytest.raises(IdentityMismatch):
        ask(engine_for(arena.make(tier="int"), "psycopg", connect_args={"dbname": elsewhere}))


def test_a_listener_that_replaces_the_parameters_is_judged(arena):
    elsewhere = conninfo.parse(arena.make(tier="prod")).dbname
    engine = engine_for(arena.make(tier="int"), "psycopg2")

    @event.listens_for(engine, "do_connect")
    def redirect(_dialect, _record, _args, parameters):
        parameters["dbname"] = elsewhere

    with pytest.raises(IdentityMismatch):
        ask(engine)


def test_our_own_engine_is_judged_and_hides_the_password(arena):
    url = arena.make(tier="int").replace("postgres@", "postgres:s3cret@")
    engine = make_engine(url, application_name="ours")
    assert ask(engine) == 42
    assert "s3cret" not in repr(engine)
    engine.dispose()
    with pytest.raises(IdentityMismatch):
        ask(make_engine(arena.make(tier="prod")))


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_an_async_engine_reaches_int_and_not_prod(arena, driver):
    pytest.importorskip("greenlet", reason="SQLAlchemy's asyncio needs greenlet")
    import asyncio

    from sqlalchemy.ext.asyncio import create_async_engine

    async def use(url):
        engine = create_async_engine(url.replace("://", f"+{driver}://", 1))
        try:
            async with engine.connect() as connection:
                return (await connection.execute(text("SELECT 42"))).scalar_one()
        finally:
            await engine.dispose()

    assert asyncio.run(use(arena.make(tier="int"))) == 42
    with pytest.raises(IdentityMismatch):
        asyncio.run(use(arena.make(tier="prod")))
