"""asyncpg: pools, its own classes, sockets, silent and cut lines, and the answer that comes as a COPY."""

import asyncio
import struct

import asyncpg
import pytest
from support.patience import wait_until

from tierguard.adapters import asyncpg as adapter
from tierguard.errors import IdentityMismatch
from tierguard.text import conninfo


class Mine(asyncpg.Connection):
    """A class of one's own, whose methods the question must not depend on."""

    async def execute(self, *_args, **_kwargs):
        raise NotImplementedError


def test_a_pool_judges_each_connection_once_and_no_checkout(arena):
    async def use(url):
        async with asyncpg.create_pool(url, min_size=1, max_size=1, ssl=False) as pool:
            for _ in range(3):
                async with pool.acquire() as connection:
                    await connection.execute("SELECT 1")

    with arena.tap(arena.make(tier="int")) as (tap, url):
        asyncio.run(use(url))
    assert sum("pg_control_system" in text for _, text in tap.said) == 1


def test_a_pool_that_reconnects_judges_again(arena):
    url = arena.make(tier="int")

    async def use():
        async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool:
            assert await pool.fetchval("SELECT 1") == 1
            arena.stamp(url, "prod")
            await pool.expire_connections()
            with pytest.raises(IdentityMismatch):
                await pool.fetchval("SELECT 1")

    asyncio.run(use())


def test_a_connection_class_is_judged_before_its_pools_init(arena):
    started = []

    async def use(url):
        async with asyncpg.create_pool(url, connection_class=Mine, init=started.append, min_size=1, ssl=False):
            pytest.fail("a pool opened on PROD")

    with arena.tap(arena.make(tier="prod")) as (tap, url):
        with pytest.raises(IdentityMismatch):
            asyncio.run(use(url))
        assert {kind for kind, _ in tap.said} == {"Q"}
    assert started == []


def test_no_prepared_statement_and_no_transaction_is_left_behind(arena):
    async def use(url):
        connection = await asyncpg.connect(url)
        prepared = await connection.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'COPY%'")
        state = connection.is_in_transaction()
        await connection.close()
        return prepared, state

    assert asyncio.run(use(arena.make(tier="int"))) == (0, False)


def test_a_unix_socket_is_judged_and_known_by_its_folder(arena, int_cluster):
    async def use(url):
        connection = await asyncpg.connect(host=str(int_cluster.socket), port=int_cluster.port, user="postgres", **url)
        await connection.close()

    asyncio.run(use({"database": conninfo.parse(arena.make(tier="int")).dbname}))
    with pytest.raises(IdentityMismatch):
        asyncio.run(use({"database": conninfo.parse(arena.make(tier="prod")).dbname}))


def test_a_silent_server_is_given_up_in_time(arena, monkeypatch):
    monkeypatch.setattr(adapter, "PATIENCE", 0.3)
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        with pytest.raises(TimeoutError):
            asyncio.run(asyncpg.connect(url, ssl=False))


def test_the_drivers_own_limit_counts_for_the_question_too(arena):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        with pytest.raises(TimeoutError):
            asyncio.run(asyncpg.connect(url, ssl=False, timeout=0.5))
        wait_until(lambda: tap.open_lines == 0)


@pytest.mark.parametrize("value", ["", "x", '{"marker": "back\\\\slash\\n"}', "ä" * 5000])
def test_the_value_of_a_copy_is_read_whole(value):
    header = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
    encoded = value.encode()
    row = struct.pack("!hi", 1, len(encoded)) + encoded + struct.pack("!h", -1)
    assert adapter.read_copy(header + row) == value


@pytest.mark.parametrize("row", [b"", struct.pack("!h", -1), struct.pack("!hi", 1, -1)])
def test_a_copy_without_a_value_is_no_answer(row):
    assert adapter.read_copy(b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0) + row) is None
