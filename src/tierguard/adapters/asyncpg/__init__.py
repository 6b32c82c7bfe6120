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
from contextvars import ContextVar
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.asyncpg._methods import BY_STATEMENT, BY_TEXT, PREPARING, UNHURRIED
from tierguard.process.admission import FATAL, PATIENCE, Admission, Answer, admit, look_at, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.process.gate import Gate

CONNECTS: Final = "asyncpg.connect_utils:_connect_addr"
_STATEMENTS: Final = ("execute", "_get_statement", "_copy_in", "_copy_out")
_PROTOCOL: Final = "asyncpg.protocol.protocol:BaseProtocol"
NEEDED: Final = (
    *(f"asyncpg.connection:Connection.{name}" for name in _STATEMENTS),
    *(f"{_PROTOCOL}.{name}" for name in (*BY_TEXT, *BY_STATEMENT, PREPARING)),
)
_values: ContextVar[tuple[Any, ...]] = ContextVar("values", default=())  # sent beside the statement that is prepared
_FIRST_VALUE: Final = 19 + 2  # bytes: the header without extension, then the first row's number of columns


def hook(module: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that ``asyncpg.connect_utils`` makes from now on."""

    def make(original: Any) -> Any:
        async def connect_addr(**kwargs: Any) -> Any:
            parameters = effective(kwargs["addr"], kwargs["params"])
            connecting = original(**kwargs)
            del kwargs  # the password: a traceback with locals would show it
            connection = await connecting
            try:
                admission = await _admit(connection, gate, parameters)
            except BaseException:
                connection.terminate()
                raise
            if admission.watch(connection, connection.get_server_pid()) and admission.session is None:
                _look_at_statements()
            elif admission.session is not None:
                from tierguard.adapters.asyncpg._holding import protect

                protect(connection._protocol, admission.session, _ask_patiently)  # noqa: SLF001
            return connection

        return connect_addr

    replace(module, "_connect_addr", make)


def _look_at_statements() -> None:
    from asyncpg.connection import Connection

    def make(original: Any) -> Any:
        async def look(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            look_at(self, query, partial(_dial, self), _values.get() or args)
            return await original(self, query, *args, **kwargs)

        return look

    def make_sent(original: Any) -> Any:
        async def send(self: Any, query: Any, args: Any, *rest: Any, **kwargs: Any) -> Any:
            token = _values.set(args)
            try:
                return await original(self, query, args, *rest, **kwargs)
            finally:
                _values.reset(token)

        return send

    for name in _STATEMENTS:
        replace(Connection, name, make)
    replace(Connection, "_execute", make_sent)


def _dial(connection: Any) -> Mapping[str, str]:
    """Return libpq's keywords of a connection, with its password."""
    params = connection._params  # noqa: SLF001 - what it was made with
    known = dict(effective(connection._addr, params)) | {"password": str(params.password or "")}  # noqa: SLF001
    encrypted = connection._transport.get_extra_info("ssl_object") is not None  # noqa: SLF001
    return known | ({"sslmode": "require"} if encrypted else {})


async def _admit(connection: Any, gate: Gate, parameters: Mapping[str, str]) -> Admission:
    protocol = connection._protocol  # noqa: SLF001 - a connection_class may override the methods above it
    exchange = admit(gate, parameters, protocol.get_server_pid())
    try:
        sql = next(exchange)
        while True:
            sql = exchange.send(await _ask(protocol, sql))
    except StopIteration as end:
        admission: Admission = end.value
        return admission


async def _ask_patiently(protocol: Any, sql: str) -> Answer:
    """Run one statement, which may take as long as it does if it is no question."""
    return await _ask(protocol, sql, PATIENCE if _is_question(sql) else UNHURRIED)


def _is_question(sql: str) -> bool:
    return sql.lstrip().startswith(("SELECT", "WITH"))


async def _ask(protocol: Any, sql: str, patience: float | None = None) -> Answer:
    """Run one statement by the simple protocol; only a question has an answer.

    Raises:
        asyncpg.PostgresError, asyncpg.InterfaceError, OSError: the connection is lost.
        TimeoutError: the server is silent.
    """
    from asyncpg import PostgresError
    from asyncpg.protocol.protocol import BaseProtocol  # whose methods judge nothing

    limit = PATIENCE if patience is None else patience
    chunks: list[bytes] = []

    async def keep(chunk: bytes) -> None:
        chunks.append(chunk)

    try:
        if _is_question(sql):
            await BaseProtocol.copy_out(protocol, f"COPY ({sql}) TO STDOUT (FORMAT binary)", keep, limit)
        else:
            await BaseProtocol.query(protocol, sql, limit)
    except PostgresError as error:
        if error.severity_en in FATAL or not protocol.is_connected():
            raise
        return Answer(None, f"{type(error).__name__}: {error}", error.sqlstate or "")
    codec = protocol.get_settings().get_text_codec().name
    return Answer(read_copy(b"".join(chunks), "utf-8" if codec == "ascii" else codec))


def read_copy(copied: bytes, codec: str = "utf-8") -> str | None:
    """Return the only value of a binary COPY, or None where there is none."""
    if len(copied) < _FIRST_VALUE + 4:
        return None
    (length,) = struct.unpack_from("!i", copied, _FIRST_VALUE)
    if length < 0:
        return None
    start = _FIRST_VALUE + 4
    return copied[start : start + length].decode(codec, errors="replace")


def effective(address: Any, params: Any) -> Mapping[str, str]:
    """Return where a connection went, in libpq's keywords, without its secrets."""
    known = {"user": str(params.user or ""), "dbname": str(params.database or params.user or "")}
    if replication := (params.server_settings or {}).get("replication"):
        known["replication"] = str(replication)
    if isinstance(address, str):
        socket = PurePath(address)
        return known | {"host": str(socket.parent), "port": socket.suffix.lstrip(".")}
    return known | {"host": str(address[0]), "port": str(address[1])}
