"""One question on a psycopg2 connection, whatever its user made of it: subclass, asynchronous, replication."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from tierguard.process.admission import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ: Final = 1  # psycopg2.extensions.POLL_READ
_WRITE: Final = 2


def send(connection: Any, core: Any, sql: str) -> Any:
    """Run ``sql`` by the simple protocol, and return its first row if it has any."""
    with contextlib.closing(core.connection.cursor(connection, cursor_factory=core.cursor)) as cursor:
        cursor.execute(sql)
        if is_async(connection):
            wait(connection, core)
        return cursor.fetchone() if cursor.description else None


def is_async(connection: Any) -> bool:
    """Return whether the connection's user does the waiting."""
    return bool(connection.async_)


def wait(connection: Any, core: Any) -> None:
    """Do the waiting that an asynchronous connection leaves to its user.

    Raises:
        psycopg2.OperationalError: the server does not answer.
    """
    end = time.monotonic() + PATIENCE
    while state := core.connection.poll(connection):
        readers = [connection.fileno()] if state == _READ else []
        writers = [connection.fileno()] if state == _WRITE else []
        select.select(readers, writers, [], max(end - time.monotonic(), 0))
        if time.monotonic() >= end:
            raise core.OperationalError(f"no answer within {PATIENCE:g} s")


@contextlib.contextmanager
def in_autocommit(connection: Any, core: Any) -> Iterator[None]:
    """Keep the question out of a transaction, which would cost two more round trips."""
    always = is_async(connection) or isinstance(connection, core.ReplicationConnection)
    begun = always or connection.info.transaction_status  # by a function that made the connection
    if begun or connection.autocommit:
        yield
        return
    setting = core.connection.autocommit  # a subclass may have its own
    setting.__set__(connection, True)  # noqa: FBT003
    yield
    if not connection.closed:
        setting.__set__(connection, False)  # noqa: FBT003


@contextlib.contextmanager
def deadline(connection: Any) -> Iterator[None]:
    """Cut the line of a server that does not answer in time: libpq itself would wait for ever."""
    lock, over = threading.Lock(), False

    def cut() -> None:
        with lock:
            if not over:
                with contextlib.closing(socket.socket(fileno=os.dup(connection.fileno()))) as line:
                    line.shutdown(socket.SHUT_RDWR)

    if is_async(connection):  # it has its own
        yield
        return
    timer = threading.Timer(_patience(connection), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over = True
        timer.cancel()


def _patience(connection: Any) -> float:
    given = connection.info.dsn_parameters.get("connect_timeout", "")
    limit = int(given) if given.isdigit() else 0
    return min(float(limit or PATIENCE), PATIENCE)


def effective(connection: Any) -> dict[str, str]:
    """Return libpq's own view of where a connection went, without its secrets."""
    info = connection.info
    known = {key: value for key, value in info.dsn_parameters.items() if value}
    return known | {"host": info.host or "", "port": str(info.port or ""), "dbname": info.dbname or ""}
