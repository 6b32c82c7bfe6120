"""pg8000, native and DB-API: both make their connections in ``CoreConnection.__init__``.

The class is patched, so names bound before the gate was installed and subclasses pass through it too. A subclass's own
``__init__`` goes on only after the judgement.
"""

from __future__ import annotations

import contextlib
import inspect
import struct
from collections import defaultdict
from functools import partial
from pathlib import PurePath
from ssl import SSLSocket
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.pg8000._statements import HELD, HOOKED, hook_prepared, hook_statements
from tierguard.process.admission import FATAL, PATIENCE, Admission, Answer, admit, conduct, replace
from tierguard.text.sealed import SealedCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.process.gate import Gate

CONNECTS: Final = "pg8000.core:CoreConnection.__init__"
_BYTES: Final = "latin-1"  # in which every byte is a letter
NEEDED: Final = tuple(f"pg8000.core:CoreConnection.{name}" for name in HOOKED)


def hook(module: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that ``pg8000.core`` makes from now on."""
    base = module.CoreConnection

    def make(original: Any) -> Any:
        signature = inspect.signature(original)

        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            call = SealedCall(self, *args, **kwargs)
            del args, kwargs  # the password: a traceback with locals would show it
            original(*call.args(), **call.kwargs())
            parameters = effective(_bind(signature, call), self._usock)
            try:
                admission = _admit(self, base, gate, parameters)
            except BaseException:
                with contextlib.suppress(Exception):  # it may be lost already
                    base.close(self)
                raise
            if admission.watch(self, _backend(self)):
                hook_statements(base, _dial)
            if admission.session is not None:
                from tierguard.adapters.pg8000._holding import Held

                hook_prepared(base)
                commit, close = partial(_find_simple(base), self, "COMMIT"), partial(_find_own(base.close), self)
                Held(self, admission.session, partial(_ask, self, base), commit, close)

        return init

    setattr(base, HELD, None)
    replace(base, "__init__", make)


def _dial(connection: Any) -> Mapping[str, str]:
    """Return libpq's keywords of a connection, with its password."""
    line = connection._usock  # noqa: SLF001
    peer = line.getpeername()
    where = {"host": str(peer[0]), "port": str(peer[1])} if isinstance(peer, tuple) else _of_socket(_text(peer))
    encrypted = {"sslmode": "require"} if isinstance(line, SSLSocket) else {}
    return where | {"user": _text(connection.user), "password": _text(connection.password)} | encrypted


def _of_socket(path: str) -> dict[str, str]:
    place = PurePath(path)
    return {"host": str(place.parent), "port": place.suffix.lstrip(".")}


def _admit(connection: Any, base: Any, gate: Gate, parameters: Mapping[str, str]) -> Admission:
    socket = connection._usock  # noqa: SLF001 - the driver has no other limit to waiting
    patience = socket.gettimeout()
    socket.settimeout(min(patience or PATIENCE, PATIENCE))
    admission = conduct(admit(gate, parameters, _backend(connection)), partial(_ask, connection, base))
    socket.settimeout(patience)
    return admission


def _ask(connection: Any, base: Any, sql: str) -> Answer:
    """Run SQL by the simple protocol, past the hook in front of it and past a program's own converters."""
    from pg8000.exceptions import DatabaseError

    execute = _find_simple(base)
    own, converters = connection._client_encoding, connection.pg_types  # noqa: SLF001
    codec = "utf-8" if own == "ascii" else own  # SQL_ASCII: whatever is beyond it, nobody says
    connection._client_encoding = _BYTES  # noqa: SLF001 - the driver fails where a name cannot be decoded
    connection.pg_types = defaultdict(lambda: str)
    try:
        rows = execute(connection, sql.encode(codec, errors="replace").decode(_BYTES)).rows
    except DatabaseError as error:
        told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        if told.get("V", told.get("S")) in FATAL:
            raise
        return Answer(None, f"{type(error).__name__}: {error}", told.get("C", ""))
    finally:
        connection.pg_types = converters
        if connection._client_encoding == _BYTES:  # noqa: SLF001 - a rollback may have changed it
            connection._client_encoding = own  # noqa: SLF001
    value = rows[0][0] if rows and rows[0] else None
    return Answer(None if value is None else value.encode(_BYTES).decode(codec, errors="replace"))


def _find_simple(base: Any) -> Any:
    return _find_own(base.execute_simple)


def _find_own(method: Any) -> Any:
    """Return the driver's own method, past the hook in front of it."""
    return getattr(method, "__wrapped__", method)


def _backend(connection: Any) -> int:
    """Return the number of the server's process."""
    number: int = struct.unpack_from("!i", connection._backend_key_data or bytes(4))[0]  # noqa: SLF001
    return number


def _bind(signature: inspect.Signature, call: SealedCall) -> Mapping[str, Any]:
    given = signature.bind(*call.args(), **call.kwargs())
    given.apply_defaults()
    return given.arguments


def effective(arguments: Mapping[str, Any], socket: Any) -> Mapping[str, str]:
    """Return where a connection went, in libpq's keywords, without its secrets."""
    user = _text(arguments.get("user"))
    known = {"user": user, "dbname": _text(arguments.get("database")) or user}
    known |= {"replication": _text(arguments["replication"])} if arguments.get("replication") else {}
    if path := arguments.get("unix_sock"):
        return known | _of_socket(_text(path))
    if arguments.get("sock") is not None:  # somebody else's socket: what was asked for says nothing about it
        peer = socket.getpeername()
        return known | (
            {"host": str(peer[0]), "port": str(peer[1])} if isinstance(peer, tuple) else {"host": str(peer)}
        )
    return known | {"host": _text(arguments["host"]), "port": _text(arguments["port"])}


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes | bytearray) else str(value or "")
