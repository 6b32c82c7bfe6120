"""A look at another database of a server that a driver is connected to: one short connection, below every gate."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from typing import TYPE_CHECKING, Final

from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Of the driver's own connection: where it leads else, and what its session is to be like.
_ITS_OWN: Final = frozenset(
    {"dbname", "replication", "options", "service", "target_session_attrs", "load_balance_hosts"}
)
_PATIENCE: Final = 10  # seconds for connecting, and for the goodbye
_STATEMENT: Final = b"SET statement_timeout = 10000"


def ask(parameters: Mapping[str, str], dbname: str, sql: str) -> str | None:
    """Return the first value that ``sql`` gives in that database, or None where there is no row.

    Args:
        parameters: libpq's keywords of the driver's connection, with its password.
        dbname: the database to look at.
        sql: one statement.

    Raises:
        ConnectionError: there is no answer; the message says why, and may name the user.
    """
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - _ITS_OWN
    given = SealedTexts({key: value for key, value in parameters.items() if key in known and value})
    given |= {"dbname": dbname, "connect_timeout": str(_PATIENCE), "application_name": "tierguard"}
    connection = _connect(make_conninfo(**given).encode())
    try:
        connection.exec_(_STATEMENT)
        result = connection.exec_(sql.encode())
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise ConnectionError(_why(result.error_message or connection.error_message))
        value = result.get_value(0, 0) if result.ntuples else None
        return None if value is None else value.decode(errors="replace")
    finally:
        _leave(connection)


def _connect(conninfo: bytes) -> Any:
    """Return a connection of libpq. Its own blocking call would hold up every thread of Python meanwhile."""
    from psycopg import pq

    connection, deadline = pq.PGconn.connect_start(conninfo), time.monotonic() + _PATIENCE
    state: int = pq.PollingStatus.WRITING if connection.status != pq.ConnStatus.BAD else pq.PollingStatus.FAILED
    while state in {pq.PollingStatus.READING, pq.PollingStatus.WRITING}:
        line, rest = [connection.socket], max(0.0, deadline - time.monotonic())
        reading = state == pq.PollingStatus.READING
        if not any(select.select(line if reading else [], [] if reading else line, [], rest)):
            connection.finish()
            raise ConnectionError(f"it does not answer within {_PATIENCE} s")
        state = connection.connect_poll()
    if state != pq.PollingStatus.OK:
        why = _why(connection.error_message)
        connection.finish()
        raise ConnectionError(why)
    return connection


def _why(message: bytes) -> str:
    return " ".join(message.decode(errors="replace").split()) or "it does not answer"


def _leave(connection: Any) -> None:
    """Say goodbye, and wait until the server's process is gone: DROP DATABASE would find it still there."""
    try:
        line = socket.socket(fileno=os.dup(connection.socket))
    except Exception:  # noqa: BLE001 - it is lost already, which each implementation of libpq's wrapper says its own way
        connection.finish()
        return
    connection.finish()
    with contextlib.closing(line), contextlib.suppress(OSError):
        line.settimeout(_PATIENCE)
        while line.recv(4096):
            pass
