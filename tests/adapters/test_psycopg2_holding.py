"""What a person changes on PROD through psycopg2 is shown before it is committed, and nothing else is committed."""

import io
import threading
from contextlib import closing, contextmanager

import psycopg2
import psycopg2.extras
import pytest
from psycopg2 import sql as composing
from psycopg2.extensions import AsIs
from support.asking import Reading
from support.patience import patience

from tierguard import ConsentRefused, PolicyRefused
from tierguard.process.holding.steps import LOOK
from tierguard.testing.arena import run as run_unseen

NAME = "conformance/prod"
CHANGED = (("public.people", "97 deleted"), ("public.orders", "194 deleted"), ("public.gone", "97 inserted"))
DELETE = "DELETE FROM people WHERE id > 3"
# The C classes, as code has them that was imported before the gate.
RAW = psycopg2.extensions.connection.__mro__[1]
RAW_CURSOR = [psycopg2.extras.DictCursorBase.__mro__[-2]]  # in a list: a module's name for it would mean what stands in


class Early(RAW_CURSOR[0]):
    """A class of cursors from before the gate."""

    def execute(self, query, values=None):
        super().execute(query, values)


@contextmanager
def connect(shop, *, autocommit=False, **options):
    with closing(psycopg2.connect(shop.url, **options)) as connection:
        connection.autocommit = autocommit
        yield connection


def shows(shop, *expected):
    lines = [" ".join(line.split()) for line in shop.shown.splitlines()]
    return [line for line in expected if not any(line in each for each in lines)] == []


def ask(connection, sql, values=None):
    cursor = connection.cursor()
    cursor.execute(sql, values)
    return cursor.fetchall() if cursor.description else cursor.rowcount


def in_transaction(shop):
    with connect(shop) as connection:
        assert ask(connection, "SELECT count(*) FROM people") == [(100,)]
        assert ask(connection, DELETE) == 97
        connection.commit()


def by_itself(shop):
    with connect(shop, autocommit=True) as connection:
        assert ask(connection, DELETE) == 97


def in_block(shop):
    with connect(shop) as connection, connection, connection.cursor() as cursor:
        cursor.execute(DELETE)


def in_block_of_autocommit(shop):
    with connect(shop, autocommit=True) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute(DELETE)


def as_text(shop):
    with connect(shop, autocommit=True) as connection:
        for sql in ("BEGIN", DELETE, "COMMIT"):
            ask(connection, sql)


def as_text_in_transaction(shop):
    with connect(shop) as connection:
        ask(connection, DELETE)
        try:
            ask(connection, "COMMIT")
        finally:
            assert ask(connection, "SELECT count(*) FROM people WHERE id <= 3") == [(3,)]


def in_a_class_of_its_own(shop):
    for kind in (Early, psycopg2.extras.NamedTupleCursor, psycopg2.extras.DictCursor):
        with connect(shop, cursor_factory=kind) as connection, connection, connection.cursor() as cursor:
            cursor.execute(DELETE if kind is psycopg2.extras.DictCursor else "SELECT 1")


def composed(shop):
    query = composing.SQL("DELETE FROM {} WHERE id > %s").format(composing.Identifier("people"))
    with connect(shop) as connection, connection:
        connection.isolation_level = "SERIALIZABLE"
        ask(connection, query, [3])


def many(shop):
    with connect(shop) as connection, connection, connection.cursor() as cursor:
        cursor.executemany("DELETE FROM people WHERE id = %s", ([number] for number in range(4, 101)))


def called(shop):
    run_unseen(shop.url, f"CREATE FUNCTION clean() RETURNS void LANGUAGE sql AS '{DELETE}'")
    with connect(shop) as connection, connection, connection.cursor() as cursor:
        cursor.callproc("clean")


WAYS = (
    in_transaction,
    by_itself,
    in_block,
    in_block_of_autocommit,
    as_text,
    as_text_in_transaction,
    in_a_class_of_its_own,
    composed,
    many,
    called,
)


def restore(shop):
    run_unseen(
        shop.url,
        "TRUNCATE people, orders, gone; "
        "INSERT INTO people SELECT n, 'person ' || n FROM generate_series(1, 100) n; "
        "INSERT INTO orders SELECT n, (n + 1) / 2 FROM generate_series(1, 200) n",
    )


def test_what_was_shown_is_what_is_committed_whatever_runs_it(shop):
    for way in WAYS:
        shop.ask_for_prod(NAME)
        way(shop)
        assert len(shop.person.questions) == 1, way
        most = "at most " if way is called else ""
        assert all(f"{table} {most}{number}" in " ".join(shop.shown.split()) for table, number in CHANGED), way
        assert (shop.count(), shop.count("orders"), shop.count("gone")) == (3, 6, 97), way
        restore(shop)


def test_a_no_leaves_every_row_whatever_runs_it(shop):
    shop.ask_for_prod(*["no"] * len(WAYS))
    for way in WAYS:
        with pytest.raises(ConsentRefused, match="the transaction was rolled back"):
            way(shop)
        assert (shop.count(), shop.count("orders"), shop.count("gone")) == (100, 200, 0), way


def test_after_a_no_the_driver_and_the_server_agree_on_the_transaction(shop):
    shop.ask_for_prod("no", "no", NAME)
    with connect(shop) as connection:
        for _ in range(2):
            ask(connection, DELETE)
            with pytest.raises(ConsentRefused):
                connection.commit()
            assert connection.status == psycopg2.extensions.STATUS_READY
            assert connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_IDLE
        ask(connection, DELETE)
        assert connection.status == psycopg2.extensions.STATUS_BEGIN
        connection.rollback()
        ask(connection, DELETE)
        connection.commit()
    assert shop.count() == 3


def test_reads_and_what_changes_nothing_ask_nobody(shop):
    shop.ask_for_prod()
    with connect(shop) as connection:
        for cursor_factory in (None, psycopg2.extras.RealDictCursor, Early):
            with connection, connection.cursor(cursor_factory=cursor_factory) as cursor:
                cursor.execute("SELECT id FROM people WHERE id = %(id)s", {"id": 7})
                assert len(cursor.fetchall()) == 1
        ask_nobody = ("SELECT * FROM people WHERE id = 1 FOR UPDATE", "LOCK TABLE people IN SHARE MODE", "LISTEN a")
        for sql in (*ask_nobody, "SET LOCAL statement_timeout = '1h'", "NOTIFY a, 'heard'"):
            connection.cursor().execute(sql)
        connection.commit()
        assert [note.payload for note in connection.notifies] == ["heard"]
        with connection, connection.cursor("large", withhold=True) as cursor:
            cursor.itersize = 30
            cursor.execute("SELECT id FROM people ORDER BY id")
            assert next(cursor) == (1,)
            connection.commit()
            assert len(list(cursor)) == 99
        copied = io.StringIO()
        connection.cursor().copy_to(copied, "people")
        connection.cursor().copy_expert("COPY (SELECT * FROM orders) TO STDOUT", copied)
        assert len(copied.getvalue().splitlines()) == 300
        assert connection.tpc_recover() == []
        connection.set_client_encoding("LATIN1")
        assert connection.cursor().mogrify("DELETE FROM people WHERE name = %s", ["x"]) == (
            b"DELETE FROM people WHERE name = 'x'"
        )
    assert shop.person.questions == []


def test_a_session_that_only_reads_stays_so(shop):
    shop.ask_for_prod()
    for autocommit in (False, True):
        with connect(shop) as connection:
            connection.set_session(
                readonly=True, deferrable=True, isolation_level="SERIALIZABLE", autocommit=autocommit
            )
            assert ask(connection, "SELECT count(*) FROM people") == [(100,)]
            with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
                ask(connection, DELETE)
            connection.rollback()
            connection.set_session(readonly="default", autocommit=False)
            ask(connection, "DELETE FROM people WHERE id = 100")
    assert shop.count() == 100


def test_what_is_deferred_to_the_commit_is_counted_too(shop):
    run_unseen(
        shop.url,
        "CREATE FUNCTION clean() RETURNS void LANGUAGE sql AS 'DELETE FROM notes'; "
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM notes; RETURN NULL; END $$; "
        "CREATE CONSTRAINT TRIGGER late AFTER DELETE ON people DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION late()",
    )
    shop.ask_for_prod("no")
    with connect(shop) as connection:
        ask(connection, "DELETE FROM people WHERE id = 100")
        with pytest.raises(ConsentRefused):
            connection.commit()
        assert shows(shop, "public.notes 6,000 deleted")
        connection.cursor("later", withhold=True).execute("SELECT clean()")
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            connection.commit()
    assert (shop.count(), shop.count("notes")) == (100, 6000)


def test_earlier_transactions_do_not_falsify_the_numbers(shop):
    shop.ask_for_prod(NAME, NAME)
    with connect(shop) as connection:
        ask(connection, "DELETE FROM people WHERE id > 90")
        connection.rollback()
        ask(connection, "DELETE FROM people WHERE id > 95")
        connection.commit()
        assert shows(shop, "public.people 5 deleted", "public.orders 10 deleted")
        ask(connection, "DELETE FROM people WHERE id > 93")
        connection.commit()
    assert shows(shop, "public.people 2 deleted", "public.orders 4 deleted", "public.gone 2 inserted")


def test_a_rolled_back_savepoint_does_not_falsify_the_numbers(shop):
    shop.ask_for_prod(NAME)
    with connect(shop) as connection:
        ask(connection, "DELETE FROM people WHERE id > 98")
        for name in ("a", "b"):
            ask(connection, f"SAVEPOINT {name}")
            ask(connection, "DELETE FROM people WHERE id > 10")
            with pytest.raises(psycopg2.errors.UndefinedTable):
                ask(connection, "SELECT * FROM nowhere")
            ask(connection, f"ROLLBACK TO SAVEPOINT {name}")
        ask(connection, "SAVEPOINT c")
        ask(connection, "DELETE FROM people WHERE id > 97")
        ask(connection, "RELEASE SAVEPOINT c")
        connection.commit()
    assert shows(shop, "public.people 3 deleted", "public.orders 6 deleted", "public.gone 3 inserted")
    assert shop.count() == 97


REFUSED_TEXTS = {
    "DELETE FROM people WHERE id > 3; COMMIT": None,
    "ROLLBACK; DELETE FROM people WHERE id > 3": None,
    "COMMIT; DELETE FROM people WHERE id > 3": None,
    "BEGIN; DELETE FROM people WHERE id > 3; COMMIT": None,
    "SET default_transaction_read_only = off": None,
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE": None,
    "SELECT set_config('default_transaction_read_only', 'off', false)": None,
    "RESET ALL": None,
    "CLOSE tierguard_hold": None,
    "ROLLBACK AND CHAIN": None,
    "PREPARE TRANSACTION 'later'": None,
    "SET %s TO %s": (AsIs("default_transaction_read_only"), AsIs("off")),
    "SELECT %s": (AsIs("1; DELETE FROM people; COMMIT"),),
    "SELECT '%s'": ("; DELETE FROM people WHERE id > 3; COMMIT; SELECT ",),
    "/* %(note)s */ SELECT 1": {"note": "*/ DELETE FROM people; COMMIT; /*"},
}


def test_no_text_gets_round_the_commit(shop):
    shop.ask_for_prod()
    for autocommit in (True, False):
        with connect(shop, autocommit=autocommit) as connection:
            for sql, values in REFUSED_TEXTS.items():
                if not autocommit:
                    ask(connection, "SELECT 1")
                if "'%s'" in sql or "/*" in sql:
                    ask(connection, sql)  # and so it is known
                with pytest.raises(PolicyRefused):
                    ask(connection, sql, values)
                with pytest.raises(PolicyRefused):
                    connection.cursor().executemany(sql, [values, values])
                connection.rollback()
    assert shop.count() == 100


def test_a_transaction_in_two_phases_is_refused(shop):
    shop.ask_for_prod()
    with connect(shop) as connection:
        for act in (
            lambda: connection.tpc_begin(connection.xid(1, "a", "b")),
            lambda: connection.tpc_commit("a"),
            lambda: connection.tpc_rollback("a"),
        ):
            with pytest.raises(PolicyRefused, match="two phases"):
                act()


def test_what_goes_below_the_hooks_is_stopped_by_the_server(shop):
    shop.ask_for_prod()
    raw = RAW_CURSOR[0]
    with connect(shop) as connection:
        for autocommit in (True, False):
            connection.autocommit = autocommit
            with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
                raw.execute(raw(connection), DELETE)
            connection.rollback()
        ask(connection, DELETE)
        with pytest.raises(psycopg2.Error, match="nobody has been shown"):
            RAW.commit(connection)
        ask(connection, "SELECT 1")
        with pytest.raises(psycopg2.Error, match="nobody has been shown"):
            raw.execute(connection.cursor(), f"{DELETE}; COMMIT")
        connection.rollback()
        with pytest.raises(PolicyRefused):
            connection.cursor("tierguard_hold").execute("SELECT 1")
    assert shop.count() == 100


SETTINGS = {
    "readonly=False": lambda one: one.set_session(readonly=False, autocommit=True),
    "a property": lambda one: setattr(one, "readonly", False),
    "autocommit after it": lambda one: (setattr(one, "readonly", False), setattr(one, "autocommit", True)),
    "there and back": lambda one: (one.set_session(readonly=False, autocommit=True), setattr(one, "autocommit", False)),
    "an isolation level": lambda one: (one.set_session(readonly=False), one.set_isolation_level(0)),
    "reset": lambda one: one.reset(),
}


def test_no_setting_of_the_driver_makes_the_session_writable(shop):
    shop.ask_for_prod()
    with connect(shop) as connection:
        for name, change in SETTINGS.items():
            change(connection)
            assert connection.info.parameter_status("default_transaction_read_only") == "on", name
            assert ask(connection, "SHOW idle_in_transaction_session_timeout") != [("0",)], name
            with pytest.raises(ConsentRefused), connection:
                ask(connection, DELETE)
            connection.reset()
            connection.set_session(readonly="default", autocommit=False)
    assert shop.count() == 100


def test_autocommit_switched_in_the_middle_commits_nothing(shop):
    shop.ask_for_prod("no")
    with connect(shop, autocommit=True) as connection:
        ask(connection, "BEGIN")
        ask(connection, DELETE)
        connection.autocommit = False
        ask(connection, "SELECT 1")
        with pytest.raises(ConsentRefused):
            connection.commit()
        ask(connection, "SELECT 1")
        with pytest.raises(psycopg2.ProgrammingError):
            connection.autocommit = True
    assert shop.count() == 100


def delete_in_ranges(connection, size):
    for first in range(1, 5000, size):
        ask(connection, "DELETE FROM notes WHERE id >= %s AND id < %s", (first, first + size))


def test_small_changes_go_on_until_the_budget_of_the_consent_is_spent(shop):
    shop.ask_for_prod()
    with connect(shop, autocommit=True) as connection, pytest.raises(ConsentRefused):
        delete_in_ranges(connection, 10)
    assert shop.count("notes") == 6000 - 10
    assert len(shop.person.questions) == 1


def copy_in(connection):
    rows = "".join(f"{number}\tnew\n" for number in range(20))
    connection.cursor().copy_from(io.StringIO(rows), "notes")
    connection.commit()


def test_a_copy_is_counted(shop):
    shop.ask_for_prod("no", "no", NAME)
    for autocommit in (True, False):
        with connect(shop, autocommit=autocommit) as connection, pytest.raises(ConsentRefused):
            copy_in(connection)
        assert shows(shop, "public.notes 20 inserted")
        assert shop.count("notes") == 6000
    with connect(shop, autocommit=True) as connection:
        connection.cursor().copy_expert(sql="COPY gone FROM STDIN", file=io.StringIO("name\n" * 20))
    assert shop.count("gone") == 20


def test_a_large_object_is_counted(shop):
    shop.ask_for_prod("no")
    with connect(shop) as connection:
        connection.lobject(0, "w").write("text")
        with pytest.raises(ConsentRefused):
            connection.commit()
    assert shows(shop, "large objects")
    assert shop.count("pg_largeobject_metadata") == 0


def test_an_asynchronous_connection_reads_and_changes_nothing(shop):
    shop.ask_for_prod()
    connection = psycopg2.connect(shop.url, async_=True)
    psycopg2.extras.wait_select(connection)
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM people")
    psycopg2.extras.wait_select(connection)
    assert cursor.fetchone() == (100,)
    for sql in (DELETE, "BEGIN", "SELECT lo_create(0)"):
        with pytest.raises(PolicyRefused, match="no commit can be held"):
            cursor.execute(sql)
    with pytest.raises(psycopg2.ProgrammingError, match="asynchronous"):
        cursor.executemany("INSERT INTO people VALUES (%s)", [1000, 1001])
    connection.close()
    assert shop.count() == 100


def test_it_works_with_a_wait_callback(shop):
    shop.ask_for_prod(NAME)
    psycopg2.extensions.set_wait_callback(psycopg2.extras.wait_select)
    try:
        in_transaction(shop)
    finally:
        psycopg2.extensions.set_wait_callback(None)
    assert shows(shop, *map(" ".join, CHANGED))
    assert shop.count() == 3


def insert_and_commit(connection):
    ask(connection, "INSERT INTO late VALUES (1000)")
    connection.commit()


def test_an_error_at_the_commit_is_the_drivers_own(shop):
    run_unseen(shop.url, "CREATE TABLE late (id int REFERENCES people DEFERRABLE INITIALLY DEFERRED)")
    shop.ask_for_prod()
    for autocommit in (True, False):
        with connect(shop, autocommit=autocommit) as connection:
            with pytest.raises(psycopg2.errors.ForeignKeyViolation):
                insert_and_commit(connection)
            connection.rollback()
            assert ask(connection, "SELECT count(*) FROM people") == [(100,)]


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_another_thread_ends_nothing_while_a_person_reads(shop, end):
    person, told = Reading(), []

    def change(connection):
        try:
            ask(connection, DELETE)
            connection.commit()
        except ConsentRefused as error:
            told.append(error)

    shop.ask_for_prod()
    shop.process.prompter = person
    with connect(shop) as connection:
        changing = threading.Thread(target=change, args=(connection,))
        ending = threading.Thread(target=getattr(connection, end))
        changing.start()
        assert person.asked.wait(patience())
        ending.start()
        ending.join(2 * LOOK)  # the gate has looked at who waits for the rows meanwhile
        assert ending.is_alive()
        person.leave()
        changing.join(patience())
        ending.join(patience())
        assert [changing.is_alive(), ending.is_alive()] == [False, False]
    assert len(told) == 1
    assert shop.count() == 100


def test_a_replication_slot_is_made_once_a_person_agreed(shop):
    shop.ask_for_prod("no", NAME, NAME)
    kind = psycopg2.extras.LogicalReplicationConnection
    with closing(psycopg2.connect(shop.url, connection_factory=kind)) as connection:
        cursor = connection.cursor()
        with pytest.raises(ConsentRefused):
            cursor.create_replication_slot("tg_slot", output_plugin="pgoutput")
        assert shows(shop, "CREATE_REPLICATION_SLOT")
        cursor.create_replication_slot("tg_slot", output_plugin="pgoutput")
        assert cursor.fetchone()[0] == "tg_slot"
        cursor.drop_replication_slot("tg_slot")
        assert ask(connection, "SHOW default_transaction_read_only") == [("on",)]
    assert shop.person.answers == []


def test_a_server_is_judged_by_the_text_alone(shop):
    shop.serve()
    with connect(shop) as connection:
        with connection:
            ask(connection, DELETE)
        assert shop.count() == 3
        for sql in ("TRUNCATE people CASCADE", "DROP TABLE orders", "ALTER SYSTEM SET work_mem = 1"):
            with pytest.raises(PolicyRefused):
                ask(connection, sql)
            connection.rollback()
        with connection:
            ask(connection, "CREATE TEMP TABLE mine (id int)")
            ask(connection, "DROP TABLE mine")
        assert connection.info.parameter_status("default_transaction_read_only") == "off"
        connection.tpc_begin("x")
        connection.tpc_rollback()
