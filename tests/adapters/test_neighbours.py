"""Every driver: another database of the server is judged by itself, with the connection's own credentials."""

import asyncio
from contextlib import closing

import asyncpg
import pg8000.dbapi
import psycopg
import psycopg2
import pytest

from tierguard.errors import PolicyRefused
from tierguard.text import conninfo


def by_psycopg(url, sql):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


def by_psycopg_async(url, sql):
    async def run():
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(sql)

    asyncio.run(run())


def by_psycopg2(url, sql):
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql)


def by_asyncpg(url, sql):
    async def run():
        connection = await asyncpg.connect(url, ssl=False)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    asyncio.run(run())


def by_pg8000(url, sql):
    parts = conninfo.parse(url).effective()
    where = {"user": parts["user"], "host": parts["host"], "port": int(parts["port"])}
    with closing(pg8000.dbapi.connect(database=parts["dbname"], **where)) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql)


DRIVERS = [by_psycopg, by_psycopg_async, by_psycopg2, by_asyncpg, by_pg8000]
pytestmark = pytest.mark.parametrize("execute", DRIVERS, ids=lambda driver: driver.__name__)


def name(url):
    return conninfo.parse(url).dbname


def test_ones_own_is_dropped_by_its_marker_and_an_empty_one_as_it_is(arena, execute):
    here, marked, empty, _ = arena.make(tier="int"), arena.make(tier="int", rows=3), arena.make(), arena.make(rows=3)
    execute(here, f"DROP DATABASE {name(marked)}")
    execute(here, f"DROP DATABASE {name(empty)}")
    execute(here, f"DROP DATABASE IF EXISTS {name(empty)}")


def test_what_is_full_and_unmarked_stays_and_so_does_prod_without_its_comment(arena, execute):
    here, unmarked, prod = arena.make(tier="int"), arena.make(rows=3), arena.make(tier="prod", rows=3, copy=True)
    with pytest.raises(PolicyRefused, match="holds data"):
        execute(here, f"DROP DATABASE {name(unmarked)}")
    with pytest.raises(PolicyRefused, match="copy of PROD"):
        execute(here, f"DROP DATABASE {name(prod)}")


def test_a_server_whose_databases_are_all_marked_is_not_looked_at(arena, execute, monkeypatch):
    from tierguard.process import admission

    here = arena.make(tier="int")
    monkeypatch.setattr(type(arena.gate), "find_standing", lambda *_: admission.Standing.FREE)
    monkeypatch.setattr(admission, "find_claims", lambda _: pytest.fail("it was looked at"))
    execute(here, "SELECT 1")
