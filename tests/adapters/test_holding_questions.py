"""The question before a commit on PROD: when it is asked, how long it stands, what ends it, and what is recorded."""

import asyncio
import select
import threading
from contextlib import closing

import psycopg
import pytest
from support.asking import NAME
from support.asking import Reading as Person
from support.patience import patience, wait_until

from tierguard import AuditRefused, ConsentRefused, PolicyRefused
from tierguard.process.holding import settling
from tierguard.testing import MemorySink
from tierguard.testing.arena import run as run_unseen

END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def delete_in_ranges(connection, size):
    """Delete 5,000 notes, ``size`` of them a commit."""
    for first in range(1, 5000, size):
        connection.execute("DELETE FROM notes WHERE id >= %s AND id < %s", (first, first + size))


def test_small_changes_go_on_until_the_budget_of_the_consent_is_spent(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url, autocommit=True) as connection, pytest.raises(ConsentRefused):
        delete_in_ranges(connection, 10)
    assert shop.count("notes") == 6000 - 10
    assert len(shop.person.questions) == 1


def test_a_person_may_let_a_number_of_rows_go_on(shop):
    shop.ask_for_prod(f"{NAME} +100 old notes")
    with psycopg.connect(shop.url, autocommit=True) as connection, pytest.raises(ConsentRefused):
        delete_in_ranges(connection, 50)
    assert shop.count("notes") == 6000 - 150
    with psycopg.connect(shop.url, autocommit=True) as connection, pytest.raises(ConsentRefused):
        connection.execute("UPDATE people SET name = 'x' WHERE id < 50")


def test_every_row_takes_the_typed_name_however_few_they_are(shop):
    run_unseen(shop.url, "CREATE TABLE few AS SELECT 1 AS id")
    shop.ask_for_prod(NAME)
    with psycopg.connect(shop.url) as connection:
        connection.execute("UPDATE few SET id = 2")
    assert "UPDATE reaches every row" in shop.shown


def test_after_a_while_it_is_rolled_back(shop, monkeypatch):
    monkeypatch.setattr(settling, "HELD", 1.0)
    shop.ask_for_prod()
    shop.process.prompter = Person()
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 3")
        with pytest.raises(ConsentRefused, match="nobody answered within 1 second"):
            connection.commit()
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert shop.count() == 100


def test_who_waits_for_its_rows_goes_first(shop):
    shop.ask_for_prod()
    shop.process.prompter = Person()
    changed = threading.Thread(target=run_unseen, args=(shop.url, "UPDATE people SET name = 'kept' WHERE id = 4"))
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 3")
        changed.start()
        with pytest.raises(ConsentRefused, match="another session has waited"):
            connection.commit()
    changed.join(patience())
    assert run_unseen(shop.url, "SELECT name FROM people WHERE id = 4") == ("kept",)


def test_an_event_loop_goes_on_while_a_person_reads(shop):
    shop.ask_for_prod()
    shop.process.prompter = reader = Person()
    ticks = []

    async def change():
        async with await psycopg.AsyncConnection.connect(shop.url, autocommit=True) as connection:
            await connection.execute("DELETE FROM people WHERE id > 3")

    async def both():
        task = asyncio.create_task(change())
        await asyncio.to_thread(reader.asked.wait, patience())
        for _ in range(10):
            await asyncio.sleep(0.01)
            ticks.append(task.done())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(both())
    assert ticks == [False] * 10
    wait_until(
        lambda: run_unseen(shop.url, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'") == ("0",)
    )
    assert shop.count() == 100


class Leaving:
    """A person during whose reading something else happens."""

    def __init__(self, act):
        self.act = act

    def answer(self, _question, stop=None):
        self.act()
        select.select([stop], [], [], patience())
        raise TimeoutError


def test_a_connection_that_is_lost_while_a_person_reads_is_the_drivers_own_error(shop):
    shop.ask_for_prod()
    shop.process.prompter = Leaving(lambda: run_unseen(shop.url, END_OTHERS))
    with closing(psycopg.connect(shop.url)) as connection:
        connection.execute("DELETE FROM people WHERE id > 3")
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
        assert connection.closed
    assert shop.count() == 100


@pytest.mark.parametrize("autocommit", [True, False])
def test_an_interrupt_at_the_question_rolls_back(shop, autocommit):
    def interrupt():
        raise KeyboardInterrupt

    shop.ask_for_prod()
    shop.process.prompter = Leaving(interrupt)
    with closing(psycopg.connect(shop.url, autocommit=autocommit)) as connection:
        with pytest.raises(KeyboardInterrupt) as caught:
            delete_and_commit(connection)
        assert caught.value.exit_code == 130
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert shop.count() == 100


def delete_and_commit(connection):
    connection.execute("DELETE FROM people WHERE id > 3")
    connection.commit()


@pytest.mark.parametrize("autocommit", [True, False])
def test_what_cannot_be_recorded_is_not_committed(shop, autocommit):
    shop.ask_for_prod(NAME)
    with closing(psycopg.connect(shop.url, autocommit=autocommit)) as connection:
        shop.process.recorder.sink = MemorySink(failure=OSError(28, "No space left on device"))
        with pytest.raises(AuditRefused):
            delete_and_commit(connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert shop.count() == 100


def test_what_was_agreed_to_is_on_record_before_it_is_committed(shop):
    shop.ask_for_prod(f"{NAME} they asked to be forgotten")
    shop.process.recorder.sink = sink = MemorySink()
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 99")
    (entry,) = [one for one in sink.entries if one.rule == "commit-gate"]
    assert entry.decision == "allow"
    assert entry.detail["rows"] == {
        "public.people": [0, 0, 1],
        "public.orders": [0, 0, 2],
        "public.gone": [1, 0, 0],
    }
    assert entry.detail["consent"] == f"typed {NAME} they asked to be forgotten"
    assert entry.detail["statements"] == ["DELETE"]


def test_a_commit_that_is_cancelled_while_a_person_reads_commits_nothing_and_loses_nothing(shop):
    shop.ask_for_prod()
    shop.process.prompter = person = Person()

    async def commit(connection):
        async with connection.transaction():
            await connection.execute("DELETE FROM people WHERE id > 3")

    async def cancel():
        connection = await psycopg.AsyncConnection.connect(shop.url)
        task = asyncio.create_task(commit(connection))
        await asyncio.to_thread(person.asked.wait, patience())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for statement in ("SELECT 1", "DELETE FROM notes WHERE id = 1"):
            with pytest.raises(PolicyRefused, match="its COMMIT was given up"):
                await connection.execute(statement)
        with pytest.raises(PolicyRefused, match="its COMMIT was given up"):
            await commit(connection)
        await connection.rollback()
        await connection.execute("DELETE FROM notes WHERE id = 1")
        await connection.commit()
        await connection.close()

    asyncio.run(cancel())
    assert (shop.count(), shop.count("notes")) == (100, 5999)


def test_a_statement_that_is_cancelled_while_a_person_reads_leaves_nothing_open(shop):
    shop.ask_for_prod()
    shop.process.prompter = person = Person()

    async def cancel():
        connection = await psycopg.AsyncConnection.connect(shop.url, autocommit=True)
        task = asyncio.create_task(connection.execute("DELETE FROM people WHERE id > 3"))
        await asyncio.to_thread(person.asked.wait, patience())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await connection.execute("DELETE FROM notes WHERE id = 1")
        assert await (await connection.execute("SELECT count(*) FROM people")).fetchone() == (100,)
        await connection.close()

    asyncio.run(cancel())
    assert (shop.count(), shop.count("notes")) == (100, 5999)
