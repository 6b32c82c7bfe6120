"""asyncpg: ``connect``, pools and ``connection_class``, all of which make their connections in ``_connect_addr``.

The function is looked up in its module at every connect, so names bound before the gate was installed pass through it
too, and so does every host that ``target_session_attrs`` tries.

asyncpg gives the rows of a query only to prepared statements, which take two round trips and break under PgBouncer in
transaction mode. The one thing that it returns by the simple protocol is a COPY, so the question is asked as
``COPY (SELECT ...) TO STDOUT``: one round trip, no error in the server's log, no language and no privilege needed, and
the session is left as it was. The binary format needs no unescaping.
"""

from __future__ import annotations

import struct
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from tierguard.deciding.identity import QUERY
from tierguard.process.admission import PATIENCE, UNDO, Judge, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.process.gate import Gate

COPY: Final = f"COPY ({QUERY}) TO STDOUT (FORMAT binary)"
_FIRST_VALUE: Final = 19 + 2  # bytes: the header without extension, then the first row's number of columns


def hook(module: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that ``asyncpg.connect_utils`` makes from now on."""
    judge = Judge(gate)

    def make(original: Any) -> Any:
        async def connect_addr(**kwargs: Any) -> Any:
            parameters = effective(kwargs["addr"], kwargs["params"])
            connecting = original(**kwargs)
            del kwargs  # the password: a traceback with locals would show it
            connection = await connecting
            try:
                await _inspect(connection, judge, parameters)
            except BaseException:
                connection.terminate()
                raise
            if judge.watch(connection, parameters):
                _look_at_statements(judge)
            return connection

        return connect_addr

    replace(module, "_connect_addr", make)


def _look_at_statements(judge: Judge) -> None:
    from asyncpg.connection import Connection

    def make(original: Any) -> Any:
        def look(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            judge.look_at(self, query)
            return original(self, query, *args, **kwargs)

        return look

    for name in ("execute", "_get_statement"):
        replace(Connection, name, make)


async def _inspect(connection: Any, judge: Judge, parameters: Mapping[str, str]) -> None:
    from asyncpg import InterfaceError, PostgresError

    protocol = connection._protocol  # noqa: SLF001 - a connection_class may override the methods above it
    chunks: list[bytes] = []

    async def keep(chunk: bytes) -> None:
        chunks.append(chunk)

    failure: Exception | None = None
    try:
        await protocol.copy_out(COPY, keep, PATIENCE)
    except (TimeoutError, PostgresError, InterfaceError, OSError) as error:
        failure = error
    problem = f"{type(failure).__name__}: {failure}" if failure else ""
    if sql := judge.judge(read_copy(b"".join(chunks)), parameters, problem):
        try:
            await protocol.query(sql, PATIENCE)
        except PostgresError:
            judge.give_up(parameters)
            await protocol.query(UNDO, PATIENCE)
    if failure is not None and not (isinstance(failure, PostgresError) and protocol.is_connected()):
        raise failure


def read_copy(copied: bytes) -> str | None:
    """Return the only value of a binary COPY, or None where there is none."""
    if len(copied) < _FIRST_VALUE + 4:
        return None
    (length,) = struct.unpack_from("!i", copied, _FIRST_VALUE)
    if length < 0:
        return None
    start = _FIRST_VALUE + 4
    return copied[start : start + length].decode(errors="replace")


def effective(address: Any, params: Any) -> Mapping[str, str]:
    """Return where a connection went, in libpq's keywords, without its secrets."""
    known = {"user": str(params.user or ""), "dbname": str(params.database or params.user or "")}
    if isinstance(address, str):
        socket = PurePath(address)
        return known | {"host": str(socket.parent), "port": socket.suffix.lstrip(".")}
    return known | {"host": str(address[0]), "port": str(address[1])}
