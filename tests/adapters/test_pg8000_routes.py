"""pg8000: subclasses, sockets of all kinds, and silent servers."""

import socket

import pg8000.core
import pg8000.dbapi
import pg8000.native
import pytest

from tierguard.adapters import pg8000 as adapter
from tierguard.errors import IdentityMismatch
from tierguard.text import conninfo


class Eager(pg8000.native.Connection):
    """Runs a statement of its own as soon as it can."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.run("SELECT 'too early'")


def keywords(url):
    parts = conninfo.parse(url)
    return {"user": parts.user, "host": parts.host, "port": int(parts.port), "database": parts.dbname}


def test_a_subclass_says_nothing_to_prod(arena):
    with arena.tap(arena.make(tier="prod")) as (tap, url):
        with pytest.raises(IdentityMismatch):
            Eager(**keywords(url))
        assert [text for _, text in tap.said if "pg_control_system" not in text] == []


def test_a_connection_begins_without_a_transaction_and_with_its_own_timeout(arena):
    connection = pg8000.dbapi.connect(**keywords(arena.make(tier="int")), timeout=7)
    assert not connection._in_transaction
    assert connection._usock.gettimeout() == 7
    connection.close()


def test_a_unix_socket_is_judged(arena, int_cluster):
    path = str(int_cluster.socket / f".s.PGSQL.{int_cluster.port}")
    pg8000.native.Connection(
        "postgres", unix_sock=path, database=conninfo.parse(arena.make(tier="int")).dbname, ssl_context=False
    ).close()
    with pytest.raises(IdentityMismatch):
        pg8000.native.Connection("postgres", unix_sock=path, database=conninfo.parse(arena.make(tier="prod")).dbname)


def test_somebody_elses_socket_is_known_by_where_it_leads(arena):
    given = keywords(arena.make(tier="prod"))
    line = socket.create_connection((given["host"], given["port"]))
    assert adapter.effective({"user": b"u", "host": "elsewhere", "port": 1, "sock": line}, line) == {
        "user": "u",
        "dbname": "u",
        "host": given["host"],
        "port": str(given["port"]),
    }
    with pytest.raises(IdentityMismatch):
        pg8000.native.Connection("postgres", database=given["database"], sock=line, ssl_context=False)
    line.close()


def test_a_silent_server_is_given_up_in_time(arena, monkeypatch):
    monkeypatch.setattr(adapter, "PATIENCE", 0.3)
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        with pytest.raises(TimeoutError):
            pg8000.native.Connection(**keywords(url))
