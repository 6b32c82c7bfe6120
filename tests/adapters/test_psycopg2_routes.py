"""psycopg2: factories, subclasses, pools, asynchronous and replication connections, and silent servers."""

import os
import resource
import threading
import time

import psycopg2
import psycopg2.extensions
import psycopg2.extras
import psycopg2.pool
import pytest
from psycopg2 import _psycopg as core

from tierguard.adapters.psycopg2 import _probe as probe
from tierguard.errors import IdentityMismatch, IdentityRefused

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


def test_an_asynchronous_connection_is_judged_before_it_is_given_out(arena):
    connection = psycopg2.connect(arena.make(tier="int"), async_=True)
    cursor = connection.cursor()
    cursor.execute("SELECT 42")
    psycopg2.extras.wait_select(connection)
    assert cursor.fetchone() == (42,)
    connection.close()
    with pytest.raises(IdentityMismatch):
        psycopg2.connect(arena.make(tier="prod"), async_=1)


def test_an_asynchronous_connection_to_nobody_fails_as_ever():
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect("host=127.0.0.1 port=1 user=x dbname=x", async_=1)


def test_a_logical_replication_connection_is_judged(arena):
    kind = psycopg2.extras.LogicalReplicationConnection
    connection = psycopg2.connect(arena.make(tier="int"), connection_factory=kind)
    cursor = connection.cursor()
    cursor.execute("IDENTIFY_SYSTEM")
    assert cursor.fetchone()
    connection.close()
    with pytest.raises(IdentityMismatch):
        psycopg2.connect(arena.make(tier="prod"), connection_factory=kind)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_silent_server_is_given_up_in_time(arena, monkeypatch, asynchronous):
    monkeypatch.setattr(probe, "PATIENCE", 0.3)
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        start = time.monotonic()
        with pytest.raises(IdentityRefused, match="does not prove its tier"):
            psycopg2.connect(url, async_=asynchronous)
        assert time.monotonic() - start < 3


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
        for asynchronous in (False, True):
            connection = psycopg2.connect(arena.make(tier="int"), async_=asynchronous)
            assert connection.fileno() > 1024
            connection.close()
    finally:
        for one in (folder, *held):
            os.close(one)


def test_names_beyond_ascii_are_read_in_the_encoding_of_the_connection(arena):
    url = arena.make(tier="int")
    connection = psycopg2.connect(url, options="-c client_encoding=latin1")
    assert connection.encoding == "LATIN1"
    assert probe.ask(connection, core, "SELECT 'café'", 10).value == "café"
    connection.close()
