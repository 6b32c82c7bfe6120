"""What a person changes on PROD through pg8000 is shown before it is committed, and nothing else is committed."""

import io
import threading
from contextlib import closing

import pg8000.core
import pg8000.dbapi
import pg8000.legacy
import pg8000.native
import pytest
from pg8000.exceptions import DatabaseError, InterfaceError
from support.asking import CHANGED, EVADING, NAME, TOO_MANY, Reading, shows
from support.patience import patience

from tierguard import ConsentRefused, PolicyRefused
from tierguard.process.holding import settling
from tierguard.testing.arena import run as run_unseen
from tierguard.text import conninfo


def keywords(shop):
    parts = conninfo.parse(shop.url)
    return {"user": parts.user, "host": parts.host, "port": int(parts.port), "database": parts.dbname}


def native(shop):
    return closing(pg8000.native.Connection(**keywords(shop)))


def dbapi(shop, *, autocommit=False):
    connection = pg8000.dbapi.connect(**keywords(shop))
    connection.autocommit = autocommit
    return closing(connection)


def run_natively(shop):
    with native(shop) as connection:
        connection.run(TOO_MANY)


def run_with_values(shop):
    with native(shop) as connection:
        assert len(connection.run("DELETE FROM people WHERE id > :id RETURNING id", id=3)) == 97
        assert connection.row_count == 97


def prepare(shop):
    with native(shop) as connection:
        prepared = connection.prepare("DELETE FROM people WHERE id > :id RETURNING id")
        assert prepared.run(id=1000) == []
        assert len(prepared.run(id=3)) == 97
        prepared.close()


def begin_by_text(shop):
    with native(shop) as connection:
        connection.run("START TRANSACTION")
        connection.run("SELECT 1")
        connection.run(TOO_MANY)
        connection.run("COMMIT")


def prepare_within(shop):
    with native(shop) as connection:
        connection.run("BEGIN")
        prepared = connection.prepare(TOO_MANY)
        prepared.run()
        connection.run("COMMIT")


def commit(shop):
    with dbapi(shop) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM people")
        assert cursor.fetchone() == [100]
        cursor.execute("DELETE FROM people WHERE id > %s", (3,))
        assert cursor.rowcount == 97
        try:
            connection.commit()
        finally:
            assert not connection._in_transaction


def commit_by_itself(shop):
    with dbapi(shop, autocommit=True) as connection:
        connection.cursor().execute(TOO_MANY)


def execute_many(shop):
    with dbapi(shop) as connection:
        connection.cursor().executemany("DELETE FROM people WHERE id = %s", [(n,) for n in range(4, 101)])
        connection.commit()


def kept_method(shop):
    with native(shop) as connection:
        execute = connection.execute_unnamed
        execute(TOO_MANY)


def unbound_function(shop):
    with native(shop) as connection:
        pg8000.core.CoreConnection.execute_simple(connection, TOO_MANY)


def under_a_false_name(shop):
    with native(shop) as connection:
        name, columns, functions = connection.prepare_statement(TOO_MANY, ())
        connection.execute_named(name, (), columns, functions, "SELECT 1")


def of_a_subclass(shop):
    class Mine(pg8000.native.Connection):
        def execute_simple(self, statement):
            return super().execute_simple(statement.replace("SELECT 1", TOO_MANY))

    with closing(Mine(**keywords(shop))) as connection:
        connection.run("SELECT 1")


WAYS = [
    *(run_natively, run_with_values, prepare, begin_by_text, prepare_within, commit, commit_by_itself, execute_many),
    *(kept_method, unbound_function, under_a_false_name, of_a_subclass),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_no_leaves_every_row_and_then_what_was_shown_is_what_is_committed(shop, way):
    shop.ask_for_prod("no", NAME)
    with pytest.raises(ConsentRefused, match="the transaction was rolled back"):
        way(shop)
    assert (shop.count(), shop.count("orders"), shop.count("gone")) == (100, 200, 0)
    way(shop)
    assert shows(shop, *CHANGED)
    assert shop.person.questions[0] == shop.person.questions[1]
    assert len(shop.person.questions) == 2
    assert (shop.count(), shop.count("orders"), shop.count("gone")) == (3, 6, 97)


def test_copies_are_counted(shop):
    shop.ask_for_prod("no")
    lines = "".join(f"{number}\tnew\n" for number in range(20))
    with native(shop) as connection:
        with pytest.raises(ConsentRefused):
            connection.run("COPY notes FROM STDIN", stream=io.StringIO(lines))
        told = io.StringIO()
        connection.run("COPY people TO STDOUT", stream=told)
        assert len(told.getvalue().splitlines()) == 100
    assert shows(shop, "public.notes 20 inserted")
    assert shop.count("notes") == 6000


def test_reads_ask_nobody(shop):
    shop.ask_for_prod()
    with dbapi(shop) as connection:
        cursor = connection.cursor()
        for sql in ("SELECT * FROM people FOR UPDATE", "SET LOCAL statement_timeout = '1h'", "LISTEN news"):
            cursor.execute(sql)
        cursor.execute("NOTIFY news, 'heard'")
        connection.commit()
        cursor.execute("SELECT 1")
        connection.rollback()
        assert [payload for *_, payload in connection.notifications] == ["heard"]
        cursor.execute("BEGIN READ ONLY")
        connection.rollback()
        connection.register_in_adapter(25, lambda _: "{}")  # of text: the numbers are not read by it
        cursor.execute("DELETE FROM people WHERE id > 3")
        with pytest.raises(ConsentRefused):
            connection.commit()
    assert len(shop.person.questions) == 1


def test_earlier_transactions_and_rolled_back_savepoints_do_not_falsify_the_numbers(shop):
    shop.ask_for_prod(NAME, NAME)
    with dbapi(shop) as connection:
        cursor = connection.cursor()
        cursor.execute("DELETE FROM people WHERE id > 90")
        connection.rollback()
        cursor.execute("DELETE FROM people WHERE id > 95")
        connection.commit()
        assert shows(shop, "public.people 5 deleted", "public.orders 10 deleted")
        cursor.execute("DELETE FROM people WHERE id > 93")
        for sql in ("DELETE FROM people WHERE id > 10", "SELECT * FROM nowhere"):
            cursor.execute("SAVEPOINT one")
            with pytest.raises(DatabaseError):
                run_all(cursor, "DELETE FROM people WHERE id > 20", sql, "SELECT 1 / 0")
            cursor.execute("ROLLBACK TO SAVEPOINT one")
        connection.commit()
    assert shows(shop, "public.people 2 deleted", "public.orders 4 deleted", "public.gone 2 inserted")
    assert shop.count() == 93


def run_all(cursor, *statements):
    for sql in statements:
        cursor.execute(sql)


@pytest.mark.parametrize("inside", [True, False])
def test_no_text_gets_round_the_commit(shop, inside):
    shop.ask_for_prod()
    with native(shop) as connection:
        for sql in EVADING:
            for way in (connection.run, connection.execute_unnamed):
                if inside:
                    connection.run("BEGIN")
                    connection.run("SELECT 1")
                with pytest.raises((PolicyRefused, DatabaseError)):
                    way(sql)
                connection.run("ROLLBACK")
                with pytest.raises(DatabaseError, match="25006"):  # read_only_sql_transaction
                    below(connection, TOO_MANY)
    assert shop.count() == 100


def below(connection, sql):
    """Send SQL message by message, below everything that is hooked."""
    context = pg8000.core.Context(sql)
    connection.send_QUERY(sql)
    connection._sock.flush()
    connection.handle_messages(context)


def test_what_goes_below_the_driver_is_stopped_by_the_server(shop):
    shop.ask_for_prod()
    with dbapi(shop) as connection:
        for sql in ("DELETE FROM people; COMMIT", "COMMIT"):
            connection.cursor().execute("DELETE FROM people WHERE id = 5")
            with pytest.raises(DatabaseError, match="nobody has been shown"):
                below(connection, sql)
            connection.rollback()
    assert shop.count() == 100


def test_a_reset_leaves_the_session_protected(shop):
    shop.ask_for_prod()
    with native(shop) as connection:
        connection.run("SET search_path = nowhere")
        connection.run("RESET ALL")
        assert connection.run("SHOW search_path") != [["nowhere"]]
        with pytest.raises(DatabaseError, match="25006"):
            below(connection, TOO_MANY)
        connection.run("BEGIN")
        with pytest.raises(PolicyRefused):
            connection.run("CLOSE ALL")
    assert shop.count() == 100


def test_two_phases_are_refused(shop):
    shop.ask_for_prod()
    with closing(pg8000.legacy.connect(**keywords(shop))) as connection:
        connection.tpc_begin(connection.xid(1, "a", "b"))
        connection.cursor().execute("DELETE FROM people WHERE id > 3")
        with pytest.raises(PolicyRefused, match="two phases"):
            connection.tpc_prepare()
    assert shop.count() == 100


def test_small_changes_go_on_until_the_budget_of_the_consent_is_spent(shop):
    shop.ask_for_prod()
    with dbapi(shop, autocommit=True) as connection, pytest.raises(ConsentRefused):
        connection.cursor().executemany(
            "DELETE FROM notes WHERE id >= %s AND id < %s", [(first, first + 10) for first in range(1, 5001, 10)]
        )
    assert shop.count("notes") == 6000 - 10
    assert len(shop.person.questions) == 1


def test_after_a_while_it_is_rolled_back(shop, monkeypatch):
    monkeypatch.setattr(settling, "HELD", 0.7)
    shop.ask_for_prod()
    shop.process.prompter = Reading()
    with dbapi(shop) as connection:
        connection.cursor().execute(TOO_MANY)
        with pytest.raises(ConsentRefused, match="nobody answered within"):
            connection.commit()
        assert not connection._in_transaction
    assert shop.count() == 100


def test_who_waits_for_its_rows_goes_first(shop):
    shop.ask_for_prod()
    shop.process.prompter = Reading()
    changed = threading.Thread(target=run_unseen, args=(shop.url, "UPDATE people SET name = 'kept' WHERE id = 4"))
    with dbapi(shop) as connection:
        connection.cursor().execute(TOO_MANY)
        changed.start()
        with pytest.raises(ConsentRefused, match="another session has waited"):
            connection.commit()
    changed.join(patience())
    assert run_unseen(shop.url, "SELECT name FROM people WHERE id = 4") == ("kept",)


def test_no_other_thread_adds_to_what_a_person_reads(shop):
    shop.ask_for_prod()
    shop.process.prompter = person = Reading()
    with dbapi(shop) as connection:
        connection.cursor().execute(TOO_MANY)
        ended = []

        def commit():
            with pytest.raises(ConsentRefused) as refused:
                connection.commit()
            ended.append(refused)

        thread = threading.Thread(target=commit)
        thread.start()
        assert person.asked.wait(patience())
        for more in ("DELETE FROM notes", "SELECT 1"):
            with pytest.raises(InterfaceError, match="another thread"):
                connection.execute_simple(more)
        person.leave()
        thread.join(patience())
    assert len(ended) == 1
    assert (shop.count(), shop.count("notes")) == (100, 6000)


def test_a_stream_that_fails_closes_the_connection_and_commits_nothing(shop):
    def lines():
        yield "7000\tnew\n"
        raise ZeroDivisionError

    shop.ask_for_prod()
    connection = pg8000.dbapi.connect(**keywords(shop))
    connection.cursor().execute("DELETE FROM notes WHERE id = 1")
    with pytest.raises(ZeroDivisionError):
        connection.cursor().execute("COPY notes FROM STDIN", stream=lines())
    with pytest.raises(InterfaceError, match="closed"):
        connection.commit()
    connection.close()  # as a finally does, where an error of the driver would hide the one that is looked for
    with pytest.raises(InterfaceError, match="closed"):
        connection.close()
    assert shop.count("notes") == 6000


def test_errors_are_the_drivers_own(shop):
    run_unseen(shop.url, "CREATE TABLE late (id int REFERENCES people DEFERRABLE INITIALLY DEFERRED)")
    shop.ask_for_prod()
    for autocommit in (True, False):
        with dbapi(shop, autocommit=autocommit) as connection:
            with pytest.raises(DatabaseError, match="23503"):  # foreign_key_violation
                execute_and_commit(connection, "INSERT INTO late VALUES (1000)")
            with pytest.raises(DatabaseError, match="23505"):  # unique_violation
                execute_and_commit(connection, "INSERT INTO people VALUES (1)")
            connection.rollback()
            execute_and_commit(connection, "SELECT 1")
    assert shop.person.questions == []


def execute_and_commit(connection, sql):
    connection.cursor().execute(sql)
    connection.commit()


def test_a_server_is_judged_by_what_its_statements_say(shop):
    shop.serve()
    with dbapi(shop) as connection:
        execute_and_commit(connection, TOO_MANY)
        cursor = connection.cursor()
        cursor.execute("CREATE TEMPORARY TABLE mine (id int)")
        cursor.execute("DROP TABLE mine")
        connection.commit()
        for sql in ("TRUNCATE people", "DROP TABLE people CASCADE"):
            with pytest.raises(PolicyRefused):
                cursor.execute(sql)
        connection.rollback()
    with native(shop) as connection:
        prepared = connection.prepare("TRUNCATE people")
        with pytest.raises(PolicyRefused):
            prepared.run()
    assert shop.count() == 3
