"""The libpq that psycopg2 is linked with, for what its cursors cannot do: wait no longer than for a given time.

``execute`` waits for its server for ever, and a thread that cuts the line after a while is seen by whoever forks or
ends meanwhile. libpq itself sends and receives without waiting (PostgreSQL manual, section 32.4).
"""

from __future__ import annotations

import ctypes
import selectors
import time
from functools import cache
from typing import Any, Final

_BAD: Final = 1  # CONNECTION_BAD, of PQstatus
_GOOD: Final = frozenset({1, 2})  # PGRES_COMMAND_OK and PGRES_TUPLES_OK, of PQresultStatus
_CONNECTION: Final = {
    "PQsendQuery": (ctypes.c_int, ctypes.c_char_p),
    "PQflush": (ctypes.c_int,),
    "PQconsumeInput": (ctypes.c_int,),
    "PQisBusy": (ctypes.c_int,),
    "PQgetResult": (ctypes.c_void_p,),
    "PQsocket": (ctypes.c_int,),
    "PQstatus": (ctypes.c_int,),
    "PQerrorMessage": (ctypes.c_char_p,),
}
_RESULT: Final = {
    "PQresultStatus": (ctypes.c_int,),
    "PQresultErrorMessage": (ctypes.c_char_p,),
    "PQntuples": (ctypes.c_int,),
    "PQgetisnull": (ctypes.c_int, ctypes.c_int, ctypes.c_int),
    "PQgetvalue": (ctypes.c_char_p, ctypes.c_int, ctypes.c_int),
    "PQclear": (None,),
}


@cache
def load(path: str) -> Any:
    """Return the functions of the libpq that the module in this file is linked with.

    Raises:
        AttributeError: it shows none.
    """
    library = ctypes.CDLL(path)
    for name, (returns, *takes) in (_CONNECTION | _RESULT).items():
        function = getattr(library, name)
        function.restype, function.argtypes = returns, [ctypes.c_void_p, *takes]
    return library


def ask(libpq: Any, link: int, sql: bytes, patience: float) -> tuple[bytes | None, bytes]:
    """Run one statement by the simple protocol; return its last value, and why there is none.

    Args:
        libpq: the library's functions.
        link: the address of libpq's own connection, which does nothing else meanwhile.
        sql: the statement.
        patience: seconds.

    Raises:
        ConnectionError: the connection is lost.
        TimeoutError: there is no answer in time; the connection is of no use any more.
    """
    end = time.monotonic() + patience
    sent = libpq.PQsendQuery(link, sql)
    while sent and libpq.PQflush(link) == 1:
        wait(libpq.PQsocket(link), selectors.EVENT_READ | selectors.EVENT_WRITE, end, patience)
        sent = libpq.PQconsumeInput(link)
    value, problem = None, b""
    while sent and (result := _next(libpq, link, end, patience)):
        if libpq.PQresultStatus(result) not in _GOOD:
            problem = libpq.PQresultErrorMessage(result).strip() or b"the question was not answered"
        elif libpq.PQntuples(result) and not libpq.PQgetisnull(result, 0, 0):
            value = libpq.PQgetvalue(result, 0, 0)
        libpq.PQclear(result)
    if not sent or libpq.PQstatus(link) == _BAD:
        why = problem or libpq.PQerrorMessage(link).strip() or b"the connection is lost"
        raise ConnectionError(why.decode(errors="replace"))
    return (None if problem else value), problem


def send(libpq: Any, link: int, sql: bytes) -> None:
    """Send a statement whose answer :func:`receive` takes in. An error shows there."""
    if libpq.PQsendQuery(link, sql):
        libpq.PQflush(link)


def receive(libpq: Any, link: int) -> int:
    """Take in what has come of the statement that was sent; return the event to wait for, or 0 when it is over."""
    if libpq.PQflush(link) == 1:
        return selectors.EVENT_WRITE
    libpq.PQconsumeInput(link)
    while not libpq.PQisBusy(link):
        result = libpq.PQgetResult(link)
        if not result:
            return 0
        libpq.PQclear(result)
    return selectors.EVENT_READ


def _next(libpq: Any, link: int, end: float, patience: float) -> int | None:
    """Return the next result, or None after the last; what was lost shows as a result of its own."""
    while libpq.PQisBusy(link):
        wait(libpq.PQsocket(link), selectors.EVENT_READ, end, patience)
        if not libpq.PQconsumeInput(link):
            break
    result: int | None = libpq.PQgetResult(link)
    return result


def wait(socket: int, events: int, end: float, patience: float) -> None:
    """Wait until something can be read from, or written to, a socket.

    Raises:
        TimeoutError: nothing can be, up to the time ``end``.
    """
    with selectors.DefaultSelector() as selector:  # looked up late: gevent and eventlet put their own there
        selector.register(socket, events)
        if not selector.select(max(end - time.monotonic(), 0)):
            raise TimeoutError(f"no answer within {patience:g} s")
