"""The libpq that psycopg2 is linked with, for what its cursors cannot do: ask without waiting.

``execute`` waits for its server for ever, and a thread that cuts the line after a while is seen by whoever forks or
ends meanwhile. libpq itself sends and receives without waiting (PostgreSQL manual, section 32.4).
"""

from __future__ import annotations

import ctypes
import selectors
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Generator

_BAD: Final = 1  # CONNECTION_BAD, of PQstatus
_GOOD: Final = frozenset({1, 2})  # PGRES_COMMAND_OK and PGRES_TUPLES_OK, of PQresultStatus
_SQLSTATE: Final = ord("C")  # PG_DIAG_SQLSTATE, of PQresultErrorField
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
    "PQresultErrorField": (ctypes.c_char_p, ctypes.c_int),
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


class Told(NamedTuple):
    """What came of one statement: its last value, or why there is none, and the code of that error."""

    value: bytes | None
    problem: bytes = b""
    sqlstate: bytes = b""


def talk(libpq: Any, link: int, sql: bytes) -> Generator[int, None, Told]:
    """Run one statement by the simple protocol: yield each event of ``selectors`` to wait for, return what came of it.

    Args:
        libpq: the library's functions.
        link: the address of libpq's own connection, which does nothing else meanwhile, and is there at each step.
        sql: the statement.

    Raises:
        ConnectionError: the connection is lost.
    """
    sent = libpq.PQsendQuery(link, sql)
    while sent and libpq.PQflush(link) == 1:
        yield selectors.EVENT_WRITE
    told = Told(None)
    while sent and (result := (yield from _next(libpq, link))):
        if libpq.PQresultStatus(result) not in _GOOD:
            problem = libpq.PQresultErrorMessage(result).strip() or b"the question was not answered"
            told = told if told.problem else Told(None, problem, libpq.PQresultErrorField(result, _SQLSTATE) or b"")
        elif libpq.PQntuples(result) and not libpq.PQgetisnull(result, 0, 0):
            told = told._replace(value=libpq.PQgetvalue(result, 0, 0))
        libpq.PQclear(result)
    if not sent or libpq.PQstatus(link) == _BAD:
        why = told.problem or libpq.PQerrorMessage(link).strip() or b"the connection is lost"
        raise ConnectionError(why.decode(errors="replace"))
    return told


def _next(libpq: Any, link: int) -> Generator[int, None, int | None]:
    """Return the next result, or None after the last; what was lost shows as a result of its own."""
    while libpq.PQisBusy(link):
        yield selectors.EVENT_READ
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
