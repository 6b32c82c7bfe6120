"""One question on a psycopg2 connection, whatever its user made of it: subclass, asynchronous, replication."""

from __future__ import annotations

import selectors
import time
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from tierguard.adapters.psycopg2 import _libpq as libpq
from tierguard.process.admission import PATIENCE, Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

# What psycopg2's ``poll`` waits for: POLL_READ and POLL_WRITE of psycopg2.extensions.
_EVENTS: Final[Mapping[int, int]] = {1: selectors.EVENT_READ, 2: selectors.EVENT_WRITE}


def ask(connection: Any, core: Any, sql: str, patience: float) -> Answer:
    """Run ``sql`` by the simple protocol, below the driver's own cursors and transactions.

    Raises:
        OSError: the connection is lost, or there was no answer in time, so that it is of no use any more.
    """
    link = core.connection.pgconn_ptr.__get__(connection)  # a subclass may have its own of that name
    encoding = core.encodings.get(core.connection.encoding.__get__(connection), "utf-8")
    text = sql.encode(encoding, errors="replace")
    value, problem = libpq.ask(libpq.load(core.__file__), link, text, patience)
    if problem:
        return Answer(None, problem.decode(encoding, errors="replace"))
    return Answer(None if value is None else value.decode(encoding, errors="replace"))


def wait_if_async(connection: Any, core: Any) -> None:
    """Wait until an asynchronous connection is made, as its user would: nobody may be connected before the judgement.

    Raises:
        psycopg2.OperationalError: the server does not answer.
    """
    end = time.monotonic() + PATIENCE
    while connection.async_ and (state := core.connection.poll(connection)):  # the stand-in's
        try:
            libpq.wait(connection.fileno(), _EVENTS[state], end, PATIENCE)
        except TimeoutError as error:
            raise core.OperationalError(str(error)) from None


_begun: WeakSet[Any] = WeakSet()  # asynchronous connections whose users have not done their own waiting yet


def begin_again(connection: Any, core: Any) -> None:
    """Leave an asynchronous connection as its user expects it: with an answer on its way that has to be waited for."""
    libpq.send(libpq.load(core.__file__), core.connection.pgconn_ptr.__get__(connection), b"")
    _begun.add(connection)


def is_beginning(connection: Any) -> bool:
    """Return whether an asynchronous connection still has to be waited for, as far as its user knows."""
    return connection in _begun


def poll(connection: Any, core: Any) -> int:
    """Return what to wait for before such a connection is made, as psycopg2's ``poll`` does; 0 when it is."""
    event = libpq.receive(libpq.load(core.__file__), core.connection.pgconn_ptr.__get__(connection))
    if not event:
        _begun.discard(connection)
        return 0
    return next(state for state, awaited in _EVENTS.items() if awaited == event)


def patience(parameters: Mapping[str, str]) -> float:
    """Return for how many seconds an answer is waited for."""
    given = parameters.get("connect_timeout", "")
    limit = int(given) if given.isdigit() else 0
    return min(float(limit or PATIENCE), PATIENCE)


def effective(connection: Any) -> dict[str, str]:
    """Return libpq's own view of where a connection went, without its secrets."""
    info = connection.info
    known = {key: value for key, value in info.dsn_parameters.items() if value}
    return known | {"host": info.host or "", "port": str(info.port or ""), "dbname": info.dbname or ""}
