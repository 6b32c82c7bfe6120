"""psycopg2: factories, subclasses, pools, replication connections, and silent servers."""

import abc
import contextlib
import io
import os
import resource
import threading

import psycopg2
import psycopg2.extensions
import psycopg2.extras
import psycopg2.pool
import pytest

from tierguard.adapters.psycopg2 import _probe as probe
from tierguard.deciding.victim import Standing
from tierguard.errors import IdentityMismatch, PolicyRefused
from tierguard.text import conninfo

# The C class, as code has it that was imported before the gate.
RAW = psycopg2.extensions.connection.__mro__[1]


class Old(RAW):
    """A class from before the gate that runs a statement of its own as soon as it can."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cursor().execute("SELECT 'too early'")


class New(psycopg2.extensions.connection):
    """The same, from after the gate."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cursor().execute("SELECT 'too early'")


FACTORIES = {
    "old class": Old,
    "new class": New,
    "C class": RAW,
    "function": lambda dsn, **_: New(dsn),
    "dictionary rows": psycopg2.extras.DictConnection,
    "logging": psycopg2.extras.MinTimeLoggingConnection,
}


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_a_factory_gets_no_statement_to_prod(arena, factory):
    with arena.tap(arena.make(tier="prod")) as (tap, url):
        with pytest.raises(IdentityMismatch):
            psycopg2.connect(url, connection_factory=factory)
        assert [text for _, text in tap.said if "pg_control_system" not in text] == []


@pytest.mark.parametrize("factory", [Old, New, psycopg2.extras.DictConnection, psycopg2.extras.RealDictConnection])
def test_a_factory_makes_what_it_makes_without_the_gate(arena, factory):
    connection = psycopg2.connect(arena.make(tier="int"), connection_factory=factory)
    assert type(connection) is factory
    assert not connection.autocommit
    connection.close()


def test_connections_are_of_the_class_that_both_names_mean(arena):
    connection = psycopg2.connect(arena.make(tier="int"))
    assert isinstance(connection, psycopg2.extensions.connection)
    assert isinstance(connection, RAW)
    assert issubclass(Old, psycopg2.extensions.connection)
    assert not isinstance(connection, New)
    connection.close()


@pytest.mark.parametrize("kind", [psycopg2.extensions.connection, New])
def test_a_class_that_is_called_itself_judges_first(arena, kind):
    with arena.tap(arena.make(tier="prod")) as (tap, url):
        with pytest.raises(IdentityMismatch):
            kind(url)
        assert len(tap.said) == 1


def test_each_connection_is_asked_once_whatever_its_class(arena):
    for factory in FACTORIES.values():
        with arena.tap(arena.make(tier="int")) as (tap, url):
            if factory is not psycopg2.extras.MinTimeLoggingConnection:
                psycopg2.connect(url, connection_factory=factory).close()
                assert sum("pg_control_system" in text for _, text in tap.said) == 1


def test_a_pool_judges_each_connection_once_and_no_checkout(arena):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        pool = psycopg2.pool.ThreadedConnectionPool(1, 2, url)
        for _ in range(3):
            connection = pool.getconn()
            connection.autocommit = True
            connection.cursor().execute("SELECT 1")
            pool.putconn(connection)
        pool.closeall()
        assert tap.round_trips == 1 + 3
    with pytest.raises(IdentityMismatch):
        psycopg2.pool.SimpleConnectionPool(1, 1, arena.make(tier="prod"))


def test_a_logical_replication_connection_is_judged(arena):
    kind = psycopg2.extras.LogicalReplicationConnection
    connection = psycopg2.connect(arena.make(tier="int"), connection_factory=kind)
    cursor = connection.cursor()
    cursor.execute("IDENTIFY_SYSTEM")
    assert cursor.fetchone()
    connection.close()
    with pytest.raises(IdentityMismatch):
        psycopg2.connect(arena.make(tier="prod"), connection_factory=kind)


def test_a_silent_server_is_given_up_in_time(arena, monkeypatch):
    monkeypatch.setattr(probe, "PATIENCE", 0.3)
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        with pytest.raises(psycopg2.OperationalError, match="no answer within"):
            psycopg2.connect(url)


def test_the_effective_parameters_hold_no_secret(arena):
    url = arena.make(tier="int").replace("postgres@", "postgres:s3cret-word@")
    connection = psycopg2.connect(url)
    assert "s3cret" not in str(probe.effective(connection))
    connection.close()


def test_a_connection_starts_no_thread(arena, monkeypatch):
    """Forking and ending are other people's: neither meets a thread of ours."""
    started = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    psycopg2.connect(arena.make(tier="int")).close()
    assert started == []


def test_the_question_is_outside_of_any_transaction_and_leaves_none(arena):
    connection = psycopg2.connect(arena.make(tier="int"))
    assert not connection.autocommit
    assert connection.status == psycopg2.extensions.STATUS_READY
    assert connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_IDLE
    connection.close()


def test_a_connection_whose_number_is_large_is_asked_too(arena):
    """``select`` knows the first 1024 open files only."""
    folder = os.open("/", os.O_RDONLY)
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most <= 1100:
        pytest.skip("the system allows this process no more than 1100 open files")
    held = [os.dup(folder) for _ in range(1050)]
    try:
        connection = psycopg2.connect(arena.make(tier="int"))
        assert connection.fileno() > 1024
        connection.close()
    finally:
        for one in (folder, *held):
            os.close(one)


def test_a_factory_that_begins_no_connection_works_and_what_it_begins_later_is_judged(arena):
    class Later(RAW):
        def __init__(self, *args, **kwargs):
            self.later = args, kwargs

        def open(self):
            super().__init__(*self.later[0], **self.later[1])

    for make in (lambda url: psycopg2.connect(url, connection_factory=Later), Later):
        connection = make(arena.make(tier="int"))
        assert isinstance(connection, Later)
        if make is Later:
            break  # a class that was kept elsewhere, and is called itself: only those of before the gate are known
        connection.open()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
        with pytest.raises(IdentityMismatch):
            make(arena.make(tier="prod")).open()


def test_a_factory_may_make_something_around_a_connection(arena):
    class Around:
        def __init__(self, connection):
            self.connection = connection

    made = psycopg2.connect(arena.make(tier="int"), connection_factory=lambda dsn, **_: Around(New(dsn)))
    assert isinstance(made, Around)
    made.connection.close()


def test_a_class_may_be_abstract_too(arena):
    class Mine(psycopg2.extensions.connection, abc.ABC):
        pass

    with contextlib.closing(psycopg2.connect(arena.make(tier="int"), connection_factory=Mine)) as connection:
        assert type(connection) is Mine


class OldRows(RAW):
    """A class from before the gate with cursors of its own."""

    def cursor(self, *args, **kwargs):
        kwargs.setdefault("cursor_factory", self.cursor_factory or psycopg2.extras.RealDictCursor)
        return super().cursor(*args, **kwargs)


class OldArrays(RAW):
    """The same, which uses the driver's own class of cursors."""

    def cursor(self, *args, **kwargs):
        cursor = super().cursor(*args, **kwargs)
        cursor.arraysize = 7
        return cursor


BESIDE_PROD = [
    *(None, RAW, OldRows, OldArrays, psycopg2.extras.DictConnection, psycopg2.extras.RealDictConnection),
    *(psycopg2.extras.NamedTupleConnection, psycopg2.extras.LogicalReplicationConnection),
]


@pytest.mark.parametrize("factory", BESIDE_PROD, ids=lambda factory: factory and factory.__name__)
def test_beside_prod_a_connection_gives_what_it_gives_elsewhere(arena, monkeypatch, factory):
    def read(connection):
        with contextlib.closing(connection):
            cursor = connection.cursor()
            cursor.execute("SELECT 1 AS one, 'x' AS two")
            row = cursor.fetchone()
            kind = f"{type(cursor).__module__}.{type(cursor).__name__}"
            return kind, type(row), row, cursor.arraysize, type(connection), connection.cursor_factory

    prod = conninfo.parse(arena.make(tier="prod")).dbname
    with monkeypatch.context() as patched:
        patched.setattr(type(arena.gate), "find_standing", lambda *_: Standing.FREE)
        elsewhere = read(psycopg2.connect(arena.make(tier="int"), connection_factory=factory))
    url = arena.make(tier="int")
    assert read(psycopg2.connect(url, connection_factory=factory)) == elsewhere
    connection = psycopg2.connect(url, connection_factory=factory)
    with contextlib.closing(connection), pytest.raises(PolicyRefused):
        connection.cursor().execute(f"DROP DATABASE {prod}")


def test_beside_prod_the_drivers_own_cursors_are_those_that_its_name_means(arena):
    arena.make(tier="prod")
    with contextlib.closing(psycopg2.connect(arena.make(tier="int"))) as connection:
        plain = connection.cursor()
        assert type(plain) is psycopg2.extensions.cursor
        assert (plain.scrollable, plain.withhold, plain.row_factory) == (None, False, None)
        named = connection.cursor("mine")
        assert (named.name, named.scrollable, named.withhold) == ("mine", None, False)
        held = connection.cursor("mine", scrollable=True, withhold=True)
        assert (held.scrollable, held.withhold) == (True, True)
        psycopg2.extensions.register_type(psycopg2.extensions.UNICODE, connection.cursor())
        unbegun = type("Unbegun", (psycopg2.extensions.cursor,), {"__init__": lambda *_: None})
        with pytest.raises(psycopg2.InterfaceError):
            unbegun().execute("SELECT 1")


def test_beside_prod_logging_goes_on(arena):
    arena.make(tier="prod")
    log = io.StringIO()
    connection = psycopg2.connect(arena.make(tier="int"), connection_factory=psycopg2.extras.LoggingConnection)
    with contextlib.closing(connection):
        connection.initialize(log)
        connection.cursor().execute("SELECT 'heard'")
    assert log.getvalue().strip() == "SELECT 'heard'"
