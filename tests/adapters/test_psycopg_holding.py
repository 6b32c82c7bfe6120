"""What a person changes on PROD through psycopg is shown before it is committed, and nothing else is committed."""

import asyncio
from contextlib import closing, suppress

import psycopg
import pytest
from psycopg import sql
from support.asking import CHANGED, EVADING, NAME, shows
from support.patience import patience

from tierguard import ConsentRefused, PolicyRefused
from tierguard.testing.arena import run as run_unseen


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


@pytest.mark.parametrize("sql", [*EVADING, "RESET ALL", "CLOSE ALL"])
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


def test_a_servers_pipeline_goes_on_and_refuses_what_no_server_does(shop):
    shop.serve()
    with psycopg.connect(shop.url, autocommit=True) as connection, connection.pipeline() as pipeline:
        connection.execute("INSERT INTO notes VALUES (7000, 'new')")
        connection.execute(b"SELECT 1")
        last = connection.execute(sql.SQL("SELECT {}").format(2))
        assert len(pipeline.result_queue) == 3  # no answer was waited for
        assert last.fetchone() == (2,)
        with pytest.raises(PolicyRefused, match="DROP TABLE"):
            connection.execute("DROP TABLE notes")
    assert shop.count("notes") == 6001
