"""What a person changes on PROD through asyncpg is shown before it is committed, and nothing else is committed."""

import asyncio
import gc
import threading
import weakref
from contextlib import asynccontextmanager

import asyncpg
import pytest
from support.asking import CHANGED, EVADING, NAME, TOO_MANY, Reading, shows
from support.patience import patience

from tierguard import ConsentRefused, PolicyRefused
from tierguard.adapters.asyncpg import _holding
from tierguard.process.holding import settling
from tierguard.testing.arena import run as run_unseen


@asynccontextmanager
async def connected(shop, **options):
    connection = await asyncpg.connect(shop.url, **options)
    try:
        yield connection
    finally:
        connection.terminate()


def on(shop, act, **options):
    """Return what ``act`` returns of a new connection."""

    async def run():
        async with connected(shop, **options) as connection:
            return await act(connection)

    return asyncio.run(run())


async def asked(person, task):
    """Wait until the person is asked in ``task``."""
    waiting = asyncio.create_task(asyncio.to_thread(person.asked.wait, patience(10)))
    await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), task


async def execute(connection):
    await connection.execute(TOO_MANY)


async def execute_with_values(connection):
    await connection.execute("DELETE FROM people WHERE id > $1", 3)


async def fetch(connection):
    assert len(await connection.fetch(f"{TOO_MANY} RETURNING id")) == 97


async def fetch_a_row(connection):
    assert await connection.fetchrow(f"{TOO_MANY} RETURNING id")
    assert await connection.fetchval("SELECT 1") == 1


async def execute_many(connection):
    await connection.executemany("DELETE FROM people WHERE id = $1", [(number,) for number in range(4, 101)])


async def prepare(connection):
    prepared = await connection.prepare("DELETE FROM people WHERE id > $1")
    await prepared.fetch(1000)
    await prepared.fetch(3)
    await prepared.fetchval(3)


async def transaction(connection):
    async with connection.transaction(isolation="serializable"):
        await connection.fetch("SELECT * FROM people")
        await connection.execute(TOO_MANY)


async def transaction_by_hand(connection):
    block = connection.transaction()
    await block.start()
    await connection.execute(TOO_MANY)
    await block.commit()


async def transaction_by_text(connection):
    await connection.execute("BEGIN")
    await connection.execute(TOO_MANY)
    await connection.execute("COMMIT")


async def cursor(connection):
    async with connection.transaction():
        rows = [row async for row in connection.cursor(f"{TOO_MANY} RETURNING id", prefetch=10)]
    assert len(rows) == 97


async def cursor_that_moves(connection):
    async with connection.transaction():
        moving = await connection.cursor(f"{TOO_MANY} RETURNING id")
        assert await moving.forward(5) == 5


async def copy_of_a_deletion(connection):
    async def take(_):
        pass

    await connection.copy_from_query(f"{TOO_MANY} RETURNING id", output=take)


async def kept_method(connection):
    await connection._protocol.query(TOO_MANY, 10)


async def protocol_of_the_transport(connection):
    await connection._transport.get_protocol().query(TOO_MANY, 10)


async def prepared_before(connection):
    prepared = await connection.prepare(TOO_MANY)
    async with connection.transaction():
        await prepared.fetch()


WAYS = [
    *(execute, execute_with_values, fetch, fetch_a_row, execute_many, prepare, transaction, transaction_by_hand),
    *(transaction_by_text, cursor, cursor_that_moves, copy_of_a_deletion, kept_method, protocol_of_the_transport),
    prepared_before,
]


@pytest.mark.parametrize("way", WAYS)
def test_a_no_leaves_every_row_and_then_what_was_shown_is_what_is_committed(shop, way):
    async def run(connection):
        with pytest.raises(ConsentRefused, match="the transaction was rolled back"):
            await way(connection)
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM people") == 100
        assert (shop.count(), shop.count("orders"), shop.count("gone")) == (100, 200, 0)
        await way(connection)

    shop.ask_for_prod("no", NAME)
    on(shop, run)
    assert shows(shop, *CHANGED)
    assert shop.person.questions[0] == shop.person.questions[1]
    assert len(shop.person.questions) == 2
    assert (shop.count(), shop.count("orders"), shop.count("gone")) == (3, 6, 97)


def test_copies_into_a_table_are_counted(shop):
    async def copy(connection):
        with pytest.raises(ConsentRefused):
            await connection.copy_records_to_table("notes", records=[(n, "new") for n in range(20)])

        async def source():
            for number in range(30):
                yield f"{number}\tnew\n".encode()

        with pytest.raises(ConsentRefused):
            await connection.copy_to_table("notes", source=source())
        chunks = []

        async def take(chunk):
            chunks.append(chunk)

        assert await connection.copy_from_table("people", output=take) == "COPY 100"

    shop.ask_for_prod("no", "no")
    on(shop, copy)
    assert [line for one in shop.person.questions for line in one.splitlines() if "public.notes" in line] != []
    assert "20 inserted" in shop.person.questions[0]
    assert "30 inserted" in shop.person.questions[1]
    assert shop.count("notes") == 6000


def test_reads_and_what_the_driver_asks_by_itself_ask_nobody(shop):
    run_unseen(
        shop.url, "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN nice AS mood; CREATE TABLE t (m mood)"
    )
    heard = []

    async def read(connection):
        assert await connection.fetchval("SELECT count(*) FROM people") == 100
        await connection.set_type_codec("mood", encoder=str, decoder=str.upper)
        assert await connection.fetchval("SELECT 'good'::mood") == "GOOD"
        assert await connection.fetchval("SELECT ARRAY[ROW('good'::mood)]") == [("GOOD",)]
        await connection.reload_schema_state()
        async with connection.transaction(readonly=True, isolation="serializable", deferrable=True):
            assert await connection.fetchval("SHOW transaction_read_only") == "on"
        async with connection.transaction(isolation="repeatable_read"):
            assert await connection.fetchval("SHOW transaction_isolation") == "repeatable read"
            async with connection.transaction():
                await connection.fetch("SELECT * FROM people FOR UPDATE")
        await connection.add_listener("news", lambda *told: heard.append(told[-1]))
        await connection.execute("NOTIFY news, 'heard'")
        await connection.remove_listener("news", heard.append)
        with connection.query_logger(heard.append):
            await connection.fetch("SELECT 1")
        assert (await (await connection.prepare("SELECT 1")).explain(analyze=True))[0]["Plan"]

    shop.ask_for_prod()
    on(shop, read)
    assert shop.person.questions == []
    assert heard[0] == "heard"
    assert heard[1].query == "SELECT 1"


async def divide(connection):
    async with connection.transaction():
        await connection.execute("DELETE FROM people WHERE id > 10")
        raise ZeroDivisionError


async def look_nowhere(connection):
    async with connection.transaction():
        await connection.execute("DELETE FROM people WHERE id > 20")
        await connection.execute("SELECT * FROM nowhere")


def test_earlier_transactions_and_rolled_back_savepoints_do_not_falsify_the_numbers(shop):
    async def change(connection):
        block = connection.transaction()
        await block.start()
        await connection.execute("DELETE FROM people WHERE id > 90")
        await block.rollback()
        await connection.execute("DELETE FROM people WHERE id > 95")
        assert shows(shop, "public.people 5 deleted", "public.orders 10 deleted", "public.gone 5 inserted")
        async with connection.transaction():
            await connection.execute("DELETE FROM people WHERE id > 93")
            for error, act in ((ZeroDivisionError, divide), (asyncpg.UndefinedTableError, look_nowhere)):
                with pytest.raises(error):
                    await act(connection)
            async with connection.transaction():
                await connection.execute("DELETE FROM people WHERE id > 92")

    shop.ask_for_prod(NAME, NAME)
    on(shop, change)
    assert shows(shop, "public.people 3 deleted", "public.orders 6 deleted", "public.gone 3 inserted")
    assert shop.count() == 92


@pytest.mark.parametrize("inside", [True, False])
def test_no_text_gets_round_the_commit(shop, inside):
    async def evade(connection):
        for sql in EVADING:
            for way in (connection.execute, connection.fetch):
                if inside:
                    await connection.execute("BEGIN")
                    await connection.execute("SELECT 1")
                with pytest.raises((PolicyRefused, asyncpg.PostgresError)):
                    await way(sql)
                await connection.execute("ROLLBACK")
                with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                    await below(connection, TOO_MANY)

    shop.ask_for_prod()
    on(shop, evade)
    assert shop.count() == 100


async def below(connection, sql):
    """Send SQL by the protocol's own code, below everything that is hooked."""
    await type(connection._protocol).__mro__[1].query(connection._protocol, sql, 10)


def test_what_goes_below_the_driver_is_stopped_by_the_server(shop):
    async def evade(connection):
        for sql in (TOO_MANY, "BEGIN; DELETE FROM people; COMMIT"):
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await below(connection, sql)
            await below(connection, "ROLLBACK")
        for sql in ("DELETE FROM people; COMMIT", "COMMIT"):
            async with connection.transaction():
                await connection.execute("DELETE FROM people WHERE id = 5")
                with pytest.raises(asyncpg.PostgresError, match="nobody has been shown"):
                    await below(connection, sql)

    shop.ask_for_prod()
    on(shop, evade)
    assert shop.count() == 100


def test_small_changes_go_on_until_the_budget_of_the_consent_is_spent(shop):
    async def change(pool):
        for first in range(1, 5001, 10):
            await pool.execute("DELETE FROM notes WHERE id >= $1 AND id < $1 + 10", first)

    async def run():
        async with asyncpg.create_pool(shop.url, min_size=1, max_size=2) as pool:
            with pytest.raises(ConsentRefused):
                await change(pool)

    shop.ask_for_prod()
    asyncio.run(run())
    assert shop.count("notes") == 6000 - 10
    assert len(shop.person.questions) == 1


def test_a_pool_resets_its_connections_and_they_stay_protected(shop):
    async def use():
        async with asyncpg.create_pool(shop.url, min_size=1, max_size=1) as pool:
            for _ in range(2):
                async with pool.acquire() as connection:
                    await connection.execute("SET search_path = nowhere")
            async with pool.acquire() as connection:
                assert await connection.fetchval("SHOW search_path") != "nowhere"
                assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") != "0"
                with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                    await below(connection._con, TOO_MANY)
                await connection.execute("BEGIN")
                await connection.execute(TOO_MANY)
            async with pool.acquire() as connection:
                assert not connection.is_in_transaction()
                with pytest.raises(ConsentRefused):
                    await connection._con.execute(TOO_MANY)

    shop.ask_for_prod()
    asyncio.run(use())
    assert len(shop.person.questions) == 1
    assert shop.count() == 100


@pytest.mark.parametrize("by", ["cancel", "wait_for", "timeout"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_statement_that_is_given_up_is_rolled_back(shop, by, inside):
    async def delete(connection, **limit):
        await connection.execute(f"WITH gone AS ({TOO_MANY} RETURNING id) SELECT pg_sleep(300) FROM gone", **limit)

    async def give_up(connection):
        if inside:
            await connection.execute("BEGIN")
            await connection.execute("DELETE FROM notes WHERE id = 1")
        if by == "timeout":
            with pytest.raises(TimeoutError):
                await delete(connection, timeout=0.2)
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(delete(connection), 0.2)
        if inside:
            with pytest.raises(asyncpg.InFailedSQLTransactionError):
                await connection.fetchval("SELECT 1")
            await connection.execute("COMMIT")  # of what failed: the server rolls it back
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM people") == 100
        await connection.execute("DELETE FROM notes WHERE id = 2")

    shop.ask_for_prod()
    on(shop, give_up)
    assert shop.person.questions == []
    assert (shop.count(), shop.count("notes")) == (100, 5999)


def test_the_event_loop_goes_on_while_a_person_reads_and_nobody_adds_to_what_they_read(shop):
    person = Reading()
    ticks = []

    async def change(connection):
        task = asyncio.create_task(transaction(connection))
        await asked(person, task)
        for _ in range(10):
            await asyncio.sleep(0.01)
            ticks.append(task.done())
        for more in ("DELETE FROM notes", "SELECT 1"):
            with pytest.raises(asyncpg.InterfaceError, match="another operation"):
                await connection.execute(more)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM people") == 100

    shop.ask_for_prod()
    shop.process.prompter = person
    on(shop, change)
    assert ticks == [False] * 10


def test_two_tasks_that_ask_do_not_stop_the_event_loop(shop, monkeypatch):
    monkeypatch.setattr(settling, "HELD", 1.0)

    async def change():
        async with connected(shop) as one, connected(shop) as other:
            return await asyncio.gather(
                one.execute("DELETE FROM people WHERE id BETWEEN 4 AND 50"),
                other.execute("DELETE FROM people WHERE id > 50"),
                return_exceptions=True,
            )

    shop.ask_for_prod()
    shop.process.prompter = Reading()
    assert [type(each) for each in asyncio.run(change())] == [ConsentRefused, ConsentRefused]
    assert shop.count() == 100


def test_after_a_while_it_is_rolled_back(shop, monkeypatch):
    monkeypatch.setattr(settling, "HELD", 0.7)

    async def change(connection):
        with pytest.raises(ConsentRefused, match="nobody answered within"):
            await execute(connection)
        assert not connection.is_in_transaction()

    shop.ask_for_prod()
    shop.process.prompter = Reading()
    on(shop, change)
    assert shop.count() == 100


def test_who_waits_for_its_rows_goes_first(shop):
    changed = threading.Thread(target=run_unseen, args=(shop.url, "UPDATE people SET name = 'kept' WHERE id = 4"))

    async def change(connection):
        block = connection.transaction()
        await block.start()
        await connection.execute(TOO_MANY)
        changed.start()
        with pytest.raises(ConsentRefused, match="another session has waited"):
            await block.commit()

    shop.ask_for_prod()
    shop.process.prompter = Reading()
    on(shop, change)
    changed.join(patience())
    assert run_unseen(shop.url, "SELECT name FROM people WHERE id = 4") == ("kept",)


def test_a_connection_that_is_lost_while_a_person_reads_commits_nothing(shop):
    person = Reading()

    async def change(connection):
        task = asyncio.create_task(execute(connection))
        await asked(person, task)
        run_unseen(shop.url, f"SELECT pg_terminate_backend({connection.get_server_pid()})")
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await task

    shop.ask_for_prod()
    shop.process.prompter = person
    on(shop, change)
    assert shop.count() == 100


def test_a_connection_that_nobody_has_any_more_is_let_go_at_once(shop):
    async def leave():
        connection = await asyncpg.connect(shop.url)
        await connection.execute("DELETE FROM people WHERE id = 1000")
        protocol = connection._protocol
        with pytest.warns(ResourceWarning, match="unclosed connection"):
            del connection
        await asyncio.sleep(0)
        known = weakref.ref(protocol)
        del protocol
        return known()

    shop.ask_for_prod()
    gc.disable()
    try:
        assert asyncio.run(leave()) is None
    finally:
        gc.enable()


def test_errors_are_the_drivers_own(shop):
    run_unseen(shop.url, "CREATE TABLE late (id int REFERENCES people DEFERRABLE INITIALLY DEFERRED)")

    async def fail(connection):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute("INSERT INTO late VALUES (1000)")
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with connection.transaction():
                await connection.execute("INSERT INTO late VALUES (1000)")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO people VALUES (1)")
        with pytest.raises(asyncpg.DataError):
            await connection.execute("DELETE FROM people WHERE id = $1", "one")
        async with connection.transaction():
            with pytest.raises(asyncpg.DataError):
                await connection.execute("DELETE FROM people WHERE id = $1", "one")
            await connection.execute("DELETE FROM people WHERE id = 1000")
        assert await connection.fetchval("SELECT count(*) FROM people") == 100

    shop.ask_for_prod()
    on(shop, fail)
    assert shop.person.questions == []


def test_a_server_is_judged_by_what_its_statements_say(shop):
    async def serve(connection):
        await connection.execute("DELETE FROM people WHERE id > 3")
        async with connection.transaction():
            await connection.execute("UPDATE notes SET text = 'x'")
            await connection.execute("CREATE TEMPORARY TABLE mine (id int)")
            await connection.execute("DROP TABLE mine")
        for sql in ("TRUNCATE people", "DROP TABLE people CASCADE"):
            with pytest.raises(PolicyRefused):
                await connection.execute(sql)
            with pytest.raises(PolicyRefused):
                await (await connection.prepare(sql)).fetch()

    shop.serve()
    on(shop, serve)
    assert shop.count() == 3


def test_connections_elsewhere_have_the_drivers_own_protocol(arena):
    async def look():
        connection = await asyncpg.connect(arena.make(tier="int"))
        await connection.close()
        return type(connection._protocol)

    assert asyncio.run(look()) is asyncpg.protocol.Protocol


def test_every_method_that_sends_is_judged():
    """A new release may send by another one."""
    harmless = {"close_statement", "close_portal", "close", "_wait_for_cancellation", "_drain_cancels"}
    sending = {
        name
        for name, value in vars(asyncpg.protocol.protocol.BaseProtocol).items()
        if callable(value) and asyncio.iscoroutinefunction(value)
    }
    assert sending - harmless <= {*_holding.BY_TEXT, *_holding.BY_STATEMENT, _holding.PREPARING}
