"""The judgement of one psycopg2 connection, whatever its user made of it: subclass, asynchronous, replication.

Of an asynchronous connection it is a part of connecting: its own ``poll`` says what to wait for until it is judged.
"""

from __future__ import annotations

import contextlib
import selectors
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from tierguard.adapters.psycopg2 import _libpq as libpq
from tierguard.adapters.psycopg2 import _statements as statements
from tierguard.errors import TierguardError
from tierguard.process.admission import PATIENCE, Admission, Answer, admit, relay

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from tierguard.process.gate import Gate

    Steps = Generator[int, None, Admission]  # each an event of ``selectors`` to wait for

# What psycopg2's ``poll`` waits for: POLL_READ and POLL_WRITE of psycopg2.extensions.
_EVENTS: Final[Mapping[int, int]] = {1: selectors.EVENT_READ, 2: selectors.EVENT_WRITE}
_STATES: Final[Mapping[int, int]] = {event: state for state, event in _EVENTS.items()}


class Judge:
    """Judges the connections of ``psycopg2._psycopg``. What it does not let in is closed before anybody hears of it."""

    def __init__(self, core: Any, gate: Gate) -> None:
        self._core, self._gate = core, gate
        # Asynchronous connections that are not judged yet; None before they are made.
        self._due: WeakKeyDictionary[Any, Steps | None] = WeakKeyDictionary()

    def judge(self, connection: Any) -> None:
        """Judge a connection at once, however long its server takes to answer.

        Raises:
            AccessRefused: it is closed.
            psycopg2.OperationalError: it is lost, or its server is silent.
        """
        try:
            self._wait_until_made(connection)
            parameters = effective(connection)
            limit = patience(parameters)
            self._let_in(connection, self._wait(connection, self._begin(connection, parameters), limit))
        except BaseException:
            self._close(connection)
            raise

    def expect(self, connection: Any) -> None:
        """Judge an asynchronous connection while its user waits for it to be made, by :meth:`poll`."""
        self._due[connection] = None

    def is_due(self, connection: Any) -> bool:
        """Return whether a connection is not made yet, as far as its user knows."""
        return connection in self._due

    def poll(self, connection: Any, original: Callable[[Any], int]) -> int:
        """Do what psycopg2's ``poll`` does, which is ``original``, for a connection that is not judged yet.

        Raises:
            AccessRefused: it is closed.
            psycopg2.OperationalError: it is lost.
        """
        steps = None if connection.closed else self._due[connection]
        if steps is None and (state := original(connection)):
            return state
        try:
            steps = steps or self._begin(connection, effective(connection))
            self._due[connection] = steps
            return _STATES[next(steps)]
        except StopIteration as end:
            del self._due[connection]
            self._let_in(connection, end.value)
            return 0
        except BaseException as error:
            self._close(connection)
            if isinstance(error, TierguardError):
                kind: Any = type(error)
                error.__class__ = _as_warning(kind, self._core.Warning)
            raise

    def _let_in(self, connection: Any, admission: Admission) -> None:
        core = self._core
        if admission.watch(connection, connection.info.backend_pid):
            statements.look_at_all(core)
        if admission.session is not None:
            from tierguard.adapters.psycopg2._ending import hold_all
            from tierguard.adapters.psycopg2._holding import hold

            hold(connection, admission.session, find_codec(connection, core))
            hold_all(core)

    def _begin(self, connection: Any, parameters: Mapping[str, str]) -> Steps:
        """Return the steps of a judgement. They do not hold the connection: one that is thrown away is closed."""
        core = self._core
        link = core.connection.pgconn_ptr.__get__(connection)  # a subclass may have its own of that name
        exchange = admit(self._gate, parameters, core.connection.get_backend_pid(connection))
        return _ask_all(core, link, find_codec(connection, core), exchange)

    def _wait_until_made(self, connection: Any) -> None:
        """Wait for an asynchronous connection whose class has no ``poll`` of ours."""
        core = self._core
        end = time.monotonic() + PATIENCE
        while core.connection.async_.__get__(connection) and (state := core.connection.poll(connection)):
            self._wait_for(connection, _EVENTS[state], end, PATIENCE)

    def _wait(self, connection: Any, steps: Steps, limit: float) -> Admission:
        end = time.monotonic() + limit
        try:
            while True:
                self._wait_for(connection, next(steps), end, limit)
        except StopIteration as done:
            admission: Admission = done.value
            return admission

    def _wait_for(self, connection: Any, event: int, end: float, limit: float) -> None:
        try:
            libpq.wait(self._core.connection.fileno(connection), event, end, limit)
        except TimeoutError as error:
            raise self._core.OperationalError(str(error)) from None

    def _close(self, connection: Any) -> None:
        self._due.pop(connection, None)
        with contextlib.suppress(self._core.Error):
            self._core.connection.close(connection)


def _ask_all(core: Any, link: int, codec: str, exchange: Generator[str, Answer, Admission]) -> Steps:
    """Carry out an exchange below the driver's own cursors and transactions."""
    try:
        return (yield from relay(exchange, lambda sql: ask(core, link, codec, sql)))
    except ConnectionError as error:
        raise core.OperationalError(str(error)) from None


def ask(core: Any, link: int, codec: str, sql: str) -> Generator[int, None, Answer]:
    """Run ``sql`` by the simple protocol.

    Raises:
        ConnectionError: the connection is lost.
    """
    value, problem, sqlstate = yield from libpq.talk(
        libpq.load(core.__file__), link, sql.encode(codec, errors="replace")
    )
    if problem:
        return Answer(None, problem.decode(codec, errors="replace"), sqlstate.decode())
    return Answer(None if value is None else value.decode(codec, errors="replace"))


def find_codec(connection: Any, core: Any) -> str:
    """Return Python's name of the encoding of a connection."""
    codec: str = core.encodings.get(core.connection.encoding.__get__(connection), "utf-8")
    return "utf-8" if codec == "ascii" else codec  # SQL_ASCII: whatever is beyond it, nobody says


@cache
def _as_warning(kind: Any, warning: Any) -> Any:
    """Return a refusal's class for event loops: aiopg hands on errors and warnings of the driver only.

    A warning, because nobody tries again for one.
    """
    return type(kind.__name__, (kind, warning), {"__module__": kind.__module__, "__doc__": kind.__doc__})


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
