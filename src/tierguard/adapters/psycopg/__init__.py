"""psycopg 3: sync, async and pools, all of which make their connections in one generator.

``BaseConnection._connect_gen`` is looked up on the class at every connect, so names bound before the gate was
installed (``from psycopg import connect``) and subclasses pass through it too. libpq can make a connection anew by
itself (``connection.pgconn.reset()``), and a connection can be put around one of libpq's own: both show by the server's
process, which every statement compares with the one that was judged. Not covered: ``psycopg.pq`` alone, the thin
wrapper of libpq below it, whose statements no driver function sends.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg._marks import FREE, HELD, JUDGED, NOTHING, PASSED, VALUES, prepare
from tierguard.process.admission import PATIENCE, Answer, admit, is_watched, look_at, relay, replace
from tierguard.statements.reading import takes_code

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tierguard.process.gate import Gate

CONNECTS: Final = "psycopg:BaseConnection._connect_gen"
NEEDED: Final = ("psycopg:Cursor._start_query", "psycopg:Cursor._start_copy_gen")
_NOTING: Final = "__tierguard_noting__"  # a mark


def hook(module: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that a module of psycopg makes from now on, and of its statements."""

    def make(original: Any) -> classmethod[Any, Any, Any]:
        def connect_gen(cls: Any, *args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            connecting = original.__func__(cls, *args, **kwargs)
            del args, kwargs  # the URL: a traceback with locals would show it
            connection = yield from connecting
            yield from _judge(connection, gate, connection.pgconn.socket)
            return connection

        return classmethod(connect_gen)

    if connection := getattr(module, "BaseConnection", None):
        prepare(connection)
        replace(connection, "_connect_gen", make)
        _follow_look_ups()
    _hook_statements(module, gate)


def _hook_statements(module: Any, gate: Gate) -> None:
    if cursor := getattr(module, "BaseCursor", None):
        replace(cursor, "_start_query", partial(_make_start, gate=gate))
        replace(cursor, "_start_copy_gen", partial(_make_start_copy, gate=gate))
    if cursor := getattr(module, "ClientCursorMixin", None):
        replace(cursor, "_execute_send", _make_merged)


def _make_start(original: Any, gate: Gate) -> Any:
    def start(self: Any, query: Any = None) -> Generator[Any, Any, Any]:
        connection = self._conn
        if query is connection._tierguard_passed:  # noqa: SLF001 - our own, and a call less
            setattr(connection, PASSED, NOTHING)
        elif connection.pgconn.backend_pid != connection._tierguard_free:  # noqa: SLF001
            return _look_first(connection, gate, query, partial(original, self, query))
        begun: Generator[Any, Any, Any] = original(self, query)
        return begun

    return start


def _make_start_copy(original: Any, gate: Gate) -> Any:
    def start(self: Any, query: Any, *args: Any) -> Generator[Any, Any, Any]:
        return _look_first(self._conn, gate, query, partial(original, self, query, *args))

    return start


def _look_first(connection: Any, gate: Gate, query: Any, act: Any) -> Generator[Any, Any, Any]:
    process = connection.pgconn.backend_pid
    if process != getattr(connection, FREE):
        if process != getattr(connection, JUDGED):
            yield from _judge(connection, gate)
        if query is not None:
            _look_at(connection, query)
    return (yield from act())


def _look_at(connection: Any, query: Any) -> None:
    if getattr(connection, HELD) is not None:
        from tierguard.adapters.psycopg._holding import check_apart

        check_apart(connection, query)
    if is_watched(connection):
        text = query.as_string(connection) if hasattr(query, "as_string") else query
        look_at(connection, text, partial(_dial, connection.pgconn), getattr(connection, VALUES, None))


def _make_merged(original: Any) -> Any:
    """Look also at the block that a client cursor makes of a statement and its values."""

    def send(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if is_watched(self._conn) and takes_code(query.query.decode(errors="replace")):
            look_at(self._conn, query.query, partial(_dial, self._conn.pgconn))
        return original(self, query, *args, **kwargs)

    return send


_looked_up: set[tuple[str, str]] = set()  # a host's name, and an address that the driver itself found for it


def _follow_look_ups() -> None:
    """Learn the addresses that the driver adds to a host's name, to tell them from one that a person gave.

    Early releases of 3.1 look names up elsewhere or not at all: there, an address that was added counts as given.
    """

    def name_of(params: Mapping[str, Any]) -> str:
        return "" if params.get("hostaddr") else str(params.get("host") or os.environ.get("PGHOST", ""))

    def note(name: str, attempts: Any) -> Any:
        if name:
            _looked_up.update((name, attempt["hostaddr"]) for attempt in attempts if attempt.get("hostaddr"))
        return attempts

    def make(original: Any) -> Any:
        def resolve(params: Any) -> Any:
            name, held = name_of(params), [params]
            del params  # the password: a traceback with locals would show it
            return note(name, original(held.pop()))

        return resolve

    def make_waiting(original: Any) -> Any:
        async def resolve(params: Any) -> Any:
            name, held = name_of(params), [params]
            del params
            return note(name, await original(held.pop()))

        return resolve

    for name, maker in (("_conninfo_attempts", make), ("_conninfo_attempts_async", make_waiting)):
        with contextlib.suppress(ImportError):
            module = importlib.import_module(f"psycopg.{name}")
            if hasattr(module, "_resolve_hostnames"):
                replace(module, "_resolve_hostnames", maker)


def _judge(connection: Any, gate: Gate, socket: int | None = None) -> Generator[Any, Any, None]:
    """Judge a connection inside a driver's generator: a query's, or that of a new connection with its ``socket``."""
    from psycopg import errors, waiting

    pgconn = connection.pgconn
    ask = partial(_ask, pgconn, _find_codec(connection), socket)
    try:
        admission = yield from relay(admit(gate, effective(pgconn), pgconn.backend_pid), ask)
        if socket is not None:
            yield socket, waiting.Wait.W  # a task that was cancelled meanwhile notices here, not in its first query
    except BaseException as error:
        pgconn.finish()
        if isinstance(error, TimeoutError):
            raise errors.ConnectionTimeout(str(error)) from None
        raise
    setattr(connection, JUDGED, pgconn.backend_pid)
    admission.watch(connection, pgconn.backend_pid)
    session, held = admission.session, None
    if session is not None:
        from tierguard.adapters.psycopg._holding import Held, Holding

        Holding(_ask_on, lambda made: _judge(made, gate)).hook(connection)
        held = Held(session, pgconn.backend_pid)
    setattr(connection, HELD, held)
    looked_at = admission.limited or (session is not None and session.is_persons)
    setattr(connection, FREE, None if looked_at else pgconn.backend_pid)
    if admission.limited:
        _note_values()


def _note_values() -> None:
    """Keep what is sent beside a statement for as long as that is looked at."""
    from psycopg import Cursor

    def make(original: Any) -> Any:
        def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Generator[Any, Any, None]:
            setattr(self._conn, VALUES, params)
            try:
                yield from original(self, query, params, **options)
            finally:
                setattr(self._conn, VALUES, None)

        return execute

    replace(next(kind for kind in Cursor.__mro__ if "_execute_gen" in vars(kind)), "_execute_gen", make, _NOTING)


def _find_codec(connection: Any) -> str:
    """Return Python's name of the encoding of a connection."""
    from psycopg import Error

    try:
        codec: str = connection.info.encoding
    except Error:  # Python has none
        return "utf-8"
    return "utf-8" if codec == "ascii" else codec  # SQL_ASCII: whatever is beyond it, nobody says


def _ask(pgconn: Any, codec: str, socket: int | None, sql: str) -> Generator[Any, Any, Answer]:
    """Ask while a connection is judged, for as long as one answer is waited for there.

    Raises:
        psycopg.OperationalError: the connection is lost.
        TimeoutError: the server is silent.
    """
    answer: Answer = yield from _in_time(_talk(pgconn, codec, sql), socket)
    return answer


def _ask_on(connection: Any, sql: str) -> Generator[Any, Any, Answer]:
    """Ask on a connection that is used, however long it takes: constraints that are checked, locks."""
    return _talk(connection.pgconn, _find_codec(connection), sql)


def _talk(pgconn: Any, codec: str, sql: str) -> Generator[Any, Any, Answer]:
    """Send one simple query, and return its last value or why there is none."""
    from psycopg import OperationalError, generators, pq

    pgconn.send_query(sql.encode(codec, errors="replace"))
    results = yield from generators.execute(pgconn)
    for result in results:
        if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
            why = (result.error_message or b"").decode(codec, errors="replace").strip()
            if pgconn.status == pq.ConnStatus.BAD:
                raise OperationalError(why or "the connection is lost")
            sqlstate = result.error_field(pq.DiagnosticField.SQLSTATE) or b""
            return Answer(None, why or "the question was not answered", sqlstate.decode())
    value = results[-1].get_value(0, 0) if results and results[-1].ntuples else None
    return Answer(value.decode(codec, errors="replace") if value is not None else None)


def _in_time(steps: Generator[Any, Any, Any], socket: int | None) -> Generator[Any, Any, Any]:
    """Run a query's generator, inside a connection's if there is a ``socket``: its loop wants that beside each step."""
    deadline = time.monotonic() + PATIENCE
    try:
        step = next(steps)
        while True:
            ready = yield step if socket is None else (socket, step)
            if not ready and time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {PATIENCE:g} s")
            step = steps.send(ready)
    except StopIteration as end:
        return end.value


def _dial(pgconn: Any) -> Mapping[str, str]:
    """Return libpq's keywords of a connection, with its password, to the host that answered."""
    given = {option.keyword.decode(): option.val.decode() for option in pgconn.info if option.val}
    return given | {"host": pgconn.host.decode(), "port": pgconn.port.decode(), "hostaddr": pgconn.hostaddr.decode()}


def effective(pgconn: Any) -> Mapping[str, str]:
    """Return libpq's own view of where a connection went, without its secrets.

    An address that the driver looked up is left out: the name is the place that was asked for.
    """
    known = {}
    for option in pgconn.info:
        if option.val and not (option.dispchar or b"").startswith(b"*"):
            known[option.keyword.decode()] = option.val.decode(errors="replace")
    known["host"] = pgconn.host.decode(errors="replace")
    known["port"] = pgconn.port.decode()
    known["dbname"] = pgconn.db.decode(errors="replace")
    if (known["host"], known.get("hostaddr", "")) in _looked_up:
        del known["hostaddr"]
    return known
