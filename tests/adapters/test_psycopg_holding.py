"""What a person changes on PROD through psycopg is shown before it is committed, and nothing else is committed."""

import asyncio
import select
import threading
from contextlib import closing, suppress

import psycopg
import pytest
from support.asking import CHANGED, NAME, shows
from support.patience import patience, wait_until
from support.pooler import Multiplexer

from tierguard import AuditRefused, ConsentRefused, Operation, PolicyRefused
from tierguard.process.holding import settling
from tierguard.process.standing import Own
from tierguard.testing import MemorySink
from tierguard.testing.arena import run as run_unseen

END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(params=["transaction", "autocommit", "pipeline", "pipeline in a transaction", "async", "with"])
def delete(request, shop):
    """Return what runs a DELETE of 97 people to its commit, in one of psycopg's ways."""
    sql = "DELETE FROM people WHERE id > 3"

    def in_transaction():
        with psycopg.connect(shop.url) as connection:
            connection.execute("SELECT 1")
            connection.execute(sql)
            connection.commit()

    def by_itself():
        with psycopg.connect(shop.url, autocommit=True) as connection:
            connection.execute(sql)

    def in_pipeline(*, autocommit=True):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection, connection.pipeline():
            connection.execute("SELECT 1")
            connection.execute(sql)
            if not autocommit:
                connection.commit()

    async def wait():
        async with await psycopg.AsyncConnection.connect(shop.url) as connection, connection.transaction():
            await connection.execute(sql)

    def in_block():
        with closing(psycopg.connect(shop.url)) as connection, connection:  # a COMMIT that fails leaves it open
            connection.execute(sql)

    ways = {
        "transaction": in_transaction,
        "autocommit": by_itself,
        "pipeline": in_pipeline,
        "pipeline in a transaction": lambda: in_pipeline(autocommit=False),
        "async": lambda: asyncio.run(wait()),
        "with": in_block,
    }
    return ways[request.param]


def test_what_was_shown_is_what_is_committed(shop, delete):
    shop.ask_for_prod(NAME)
    delete()
    assert shows(shop, *CHANGED)
    assert (shop.count(), shop.count("orders"), shop.count("gone")) == (3, 6, 97)


def test_a_no_leaves_every_row(shop, delete):
    shop.ask_for_prod("no")
    with pytest.raises(ConsentRefused, match="the transaction was rolled back"):
        delete()
    assert shows(shop, *CHANGED)
    assert (shop.count(), shop.count("orders"), shop.count("gone")) == (100, 200, 0)


def test_reads_and_their_commits_ask_nobody(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (100,)
        connection.execute("SELECT * FROM people WHERE id = 1 FOR UPDATE")
        connection.execute("LOCK TABLE people IN SHARE MODE")
        connection.execute("SET LOCAL statement_timeout = '1h'")
        connection.commit()
        connection.execute("LISTEN something")
        connection.execute("NOTIFY something, 'heard'")
        connection.commit()
        assert [one.payload for one in connection.notifies(timeout=patience(), stop_after=1)] == ["heard"]
        with connection.cursor("held", withhold=True) as cursor:
            cursor.execute("SELECT id FROM people ORDER BY id")
            connection.commit()
            assert cursor.fetchone() == (1,)
        connection.commit()
        with connection.cursor() as cursor, cursor.copy("COPY people TO STDOUT") as copy:
            assert len(list(copy.rows())) == 100
    assert shop.person.questions == []


def test_earlier_transactions_do_not_falsify_the_numbers(shop):
    shop.ask_for_prod(NAME, NAME)
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 90")
        connection.rollback()
        connection.execute("DELETE FROM people WHERE id > 95")
        connection.commit()
        assert shows(shop, "public.people 5 deleted", "public.orders 10 deleted")
        connection.execute("DELETE FROM people WHERE id > 93")
    assert shows(shop, "public.people 2 deleted", "public.orders 4 deleted", "public.gone 2 inserted")


def delete_and_fail(connection, error):
    with connection.transaction():
        connection.execute("DELETE FROM people WHERE id > 10")
        with suppress(ZeroDivisionError), connection.transaction():
            connection.execute("DELETE FROM people WHERE id > 5")
            raise ZeroDivisionError
        if error is ZeroDivisionError:
            raise error
        connection.execute("SELECT * FROM nowhere")


def test_a_rolled_back_savepoint_does_not_falsify_the_numbers(shop):
    shop.ask_for_prod(NAME)
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 98")
        for error in (ZeroDivisionError, psycopg.errors.UndefinedTable):
            with pytest.raises(error):
                delete_and_fail(connection, error)
        with connection.transaction():
            connection.execute("DELETE FROM people WHERE id > 97")
    assert shows(shop, "public.people 3 deleted", "public.orders 6 deleted", "public.gone 3 inserted")
    assert shop.count() == 97


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM people WHERE id > 3; COMMIT",
        "ROLLBACK; DELETE FROM people WHERE id > 3",
        "COMMIT; DELETE FROM people WHERE id > 3",
        "BEGIN; DELETE FROM people WHERE id > 3; COMMIT",
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "RESET ALL",
        "CLOSE ALL",
        "COMMIT AND CHAIN",
        "ROLLBACK AND CHAIN",
        "PREPARE TRANSACTION 'later'",
    ],
)
@pytest.mark.parametrize("autocommit", [True, False])
def test_no_text_gets_round_the_commit(shop, sql, autocommit):
    shop.ask_for_prod()
    with psycopg.connect(shop.url, autocommit=autocommit) as connection:
        if not autocommit:
            connection.execute("SELECT 1")
        with pytest.raises((PolicyRefused, psycopg.Error)):
            connection.execute(sql)
        connection.rollback()
    assert shop.count() == 100


@pytest.mark.parametrize("more", ["DELETE FROM people", "SET default_transaction_read_only = off"])
def test_no_text_gets_out_of_a_failed_transaction_with_more_than_a_rollback(shop, more):
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM nowhere")
        with pytest.raises(PolicyRefused):
            connection.execute(f"ROLLBACK; {more}; DELETE FROM people")
        connection.execute("ROLLBACK")
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
    assert shop.count() == 100


def test_what_goes_below_the_driver_is_stopped_by_the_server(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url, autocommit=True) as connection:
        for sql in (b"DELETE FROM people", b"BEGIN; DELETE FROM people; COMMIT"):
            assert b"read-only transaction" in connection.pgconn.exec_(sql).error_message
            connection.rollback()
    with psycopg.connect(shop.url) as connection:
        connection.execute("SELECT 1")
        assert b"nobody has been shown" in connection.pgconn.exec_(b"DELETE FROM people; COMMIT").error_message
        connection.execute("DELETE FROM people WHERE id > 3")
        assert b"nobody has been shown" in connection.pgconn.exec_params(b"COMMIT", None).error_message
    assert shop.count() == 100


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
    answered = threading.Event()
    shop.process.prompter = Waiting(answered)
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 3")
        with pytest.raises(ConsentRefused, match="nobody answered within 1 second"):
            connection.commit()
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert shop.count() == 100


def test_who_waits_for_its_rows_goes_first(shop):
    shop.ask_for_prod()
    shop.process.prompter = Waiting(threading.Event())
    changed = threading.Thread(target=run_unseen, args=(shop.url, "UPDATE people SET name = 'kept' WHERE id = 4"))
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM people WHERE id > 3")
        changed.start()
        with pytest.raises(ConsentRefused, match="another session has waited"):
            connection.commit()
    changed.join(patience())
    assert run_unseen(shop.url, "SELECT name FROM people WHERE id = 4") == ("kept",)


class Waiting:
    """A person who reads for ever."""

    def __init__(self, asked):
        self.asked = asked

    def answer(self, _question, stop=None):
        self.asked.set()
        select.select([stop], [], [])
        raise TimeoutError


def test_an_event_loop_goes_on_while_a_person_reads(shop):
    shop.ask_for_prod()
    asked = threading.Event()
    shop.process.prompter = Waiting(asked)
    ticks = []

    async def change():
        async with await psycopg.AsyncConnection.connect(shop.url, autocommit=True) as connection:
            await connection.execute("DELETE FROM people WHERE id > 3")

    async def both():
        task = asyncio.create_task(change())
        await asyncio.to_thread(asked.wait, patience())
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


def test_a_copy_is_counted(shop):
    shop.ask_for_prod("no")
    with psycopg.connect(shop.url) as connection:
        with connection.cursor() as cursor, cursor.copy("COPY notes FROM STDIN") as copy:
            for number in range(20):
                copy.write_row((number, "new"))
        with pytest.raises(ConsentRefused):
            connection.commit()
    assert shows(shop, "public.notes 20 inserted")
    assert shop.count("notes") == 6000


def test_outside_of_a_transaction_a_copy_or_a_stream_that_writes_is_refused(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url, autocommit=True) as connection, connection.cursor() as cursor:
        with pytest.raises(PolicyRefused, match="within a transaction"), cursor.copy("COPY notes FROM STDIN") as copy:
            copy.write_row((1, "new"))
        with pytest.raises(PolicyRefused, match="within a transaction"):
            list(cursor.stream("DELETE FROM people WHERE id > 3 RETURNING id"))
        assert len(list(cursor.stream("SELECT id FROM people"))) == 100
    assert shop.count() == 100


def insert_and_commit(connection):
    connection.execute("INSERT INTO late VALUES (1000)")
    connection.commit()


def test_an_error_at_the_commit_is_the_drivers_own(shop):
    run_unseen(shop.url, "CREATE TABLE late (id int REFERENCES people DEFERRABLE INITIALLY DEFERRED)")
    shop.ask_for_prod()
    for autocommit in (True, False):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection:
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                insert_and_commit(connection)
            connection.rollback()
            assert connection.execute("SELECT count(*) FROM people").fetchone() == (100,)


def test_code_of_the_database_leaves_the_session_protected(shop):
    loosen = "DO $$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); END $$"
    shop.ask_for_prod()
    for autocommit in (True, False):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection:
            connection.execute(loosen)
            connection.commit()
            assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)


def test_what_nobody_can_foresee_the_locks_of_is_agreed_to_as_that(shop):
    run_unseen(shop.url, "DROP ROLE IF EXISTS leaving; CREATE ROLE leaving; CREATE TABLE left_over AS SELECT 1 AS id")
    run_unseen(shop.url, "ALTER TABLE left_over OWNER TO leaving")
    shop.ask_for_prod(NAME, NAME)
    try:
        with psycopg.connect(shop.url, autocommit=True) as connection:
            connection.execute("REASSIGN OWNED BY leaving TO CURRENT_USER")
    finally:
        run_unseen(shop.url, "DROP OWNED BY leaving")
        run_unseen(shop.url, "DROP ROLE leaving")
    assert shop.count("left_over") == 1


class Reading(Own):
    """Somebody's word that covers reading only."""

    operation = Operation.READ


@pytest.mark.parametrize(
    "sql",
    [
        "SET statement_timeout = 0",
        "RESET statement_timeout",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
        "SELECT set_config('STATEMENT_TIMEOUT', '0', false)",
        "DELETE FROM people WHERE id = 1",
        "DO $$ BEGIN PERFORM 1; END $$",
        "SELECT 1; DELETE FROM people",
    ],
)
def test_consent_to_read_stays_bounded(shop, sql):
    shop.ask_for_prod()
    shop.process.standing = Reading(shop.process)
    for autocommit in (True, False):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection:
            assert connection.execute("SHOW statement_timeout").fetchone() == ("30s",)
            connection.execute("SET search_path = public")
            with pytest.raises(PolicyRefused, match="for reading"):
                connection.execute(sql)
            assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
            assert connection.execute("SELECT count(*) FROM people").fetchone() == (100,)


def test_behind_a_pooler_a_person_only_reads(shop, int_cluster):
    pool = Multiplexer(int_cluster, shop.url.rpartition("/")[2])
    try:
        shop.ask_for_prod()
        url = f"postgresql://postgres@127.0.0.1:{pool.port}/shop"
        for autocommit in (True, False):
            with psycopg.connect(url, autocommit=autocommit) as connection:
                assert connection.execute("SELECT count(*) FROM people").fetchone() == (100,)
                if not autocommit:
                    assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
                with pytest.raises(PolicyRefused, match="a connection pooler stands between"):
                    connection.execute("DELETE FROM people WHERE id > 3")
                connection.rollback()
                assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("off",)
    finally:
        pool.close()
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
