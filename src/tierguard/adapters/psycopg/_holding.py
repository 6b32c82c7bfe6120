"""The statements of a session on PROD: the gate's steps around them, within psycopg's own generators.

Only a process that has such a session loads this, and has it put into the driver: nobody else pays for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg._marks import HELD, JUDGED
from tierguard.process.admission import Answer, replace
from tierguard.process.holding.dialog import Dialog
from tierguard.process.holding.exchange import guard, hold_apart, refuse_unhooked
from tierguard.process.holding.session import State
from tierguard.process.holding.steps import Act, Course

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange

    Steps = Generator[Any, Any, Any]
    Ask = Callable[[Any, str], Generator[Any, Any, Answer]]

# libpq's PQTransactionStatusType: idle, active, in a transaction, in a failed one, unknown.
STATES: Final = (State.IDLE, State.OPEN, State.OPEN, State.FAILED, State.IDLE)
_OUTSIDE, _IN_TRANSACTION = 0, 2
_KEPT: Final = 512  # texts of a connection, of at most this many characters:
_SHORT: Final = 2048
# Of a cursor: what runs a statement to its end, and what only begins to.
_EXECUTE: Final = "_execute_gen"
_WHOLE: Final = (_EXECUTE, "_executemany_gen_pipeline", "_executemany_gen_no_pipeline")
_BEGINNING: Final = ("_start_copy_gen", "_stream_send_gen", "_declare_gen")
_MARK: Final = "__tierguard_holding__"


class Held:
    """What is around the statements of one connection.

    Attributes:
        session: its session.
        process: the server's process that was judged.
        inside: what is around a statement is being done already.
    """

    __slots__ = ("_known", "_persons", "inside", "process", "session")

    def __init__(self, session: Session, process: int) -> None:
        self.session, self.process, self.inside = session, process, False
        self._persons = session.is_persons
        self._known: set[str] = set()  # texts that pass: a person's where nothing is to be done before they begin

    def passes(self, connection: Any, query: Any) -> bool:
        """Return whether a statement goes to the server at once.

        Nearly all do, and were sent before: what comes first here is a part of every round trip.
        """
        pgconn = connection.pgconn
        if query.__class__ is str and query in self._known and pgconn.backend_pid == self.process:
            if not self._persons:
                return True
            if connection._pipeline is not None:  # noqa: SLF001
                return False
            status = pgconn.transaction_status
            if status == _IN_TRANSACTION:
                if self.session.armed:
                    return True
            elif status == _OUTSIDE and connection._autocommit and not self.session.shaken:  # noqa: SLF001
                return True
        return self._judge(connection, query)

    def _judge(self, connection: Any, query: Any) -> bool:
        kind, pgconn, session = query.__class__, connection.pgconn, self.session
        if kind is not str and kind is not bytes:  # it is put together first
            return False
        if pgconn.backend_pid != self.process:
            return False
        if self._persons and connection._pipeline is not None:  # noqa: SLF001 - where the server is does not show
            return False
        state = STATES[pgconn.transaction_status]
        if state is State.IDLE and self._persons and not connection._autocommit:  # noqa: SLF001
            return False  # the driver begins a transaction first, which the gate holds
        passes = session.lets_pass(query, state)
        if passes and kind is str and len(query) <= _SHORT:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known.add(query)
        return passes


@dataclass(frozen=True)
class Holding:
    """Puts the gate's steps around what connections and cursors send.

    Attributes:
        ask: runs SQL on a connection by the simple protocol.
        judge: judges a connection that libpq made anew.
    """

    ask: Ask
    judge: Callable[[Any], Steps]

    def hook(self, connection: Any) -> None:
        """Have the statements of sessions on PROD judged from now on: until there is one, nobody pays for a hook."""
        import psycopg

        replace(_find(type(connection), "_exec_command"), "_exec_command", self._make_command, _MARK)
        for kind in (psycopg.Cursor, psycopg.AsyncCursor, psycopg.ServerCursor, psycopg.AsyncServerCursor):
            for name in (*_WHOLE, *_BEGINNING):
                if hasattr(kind, name):
                    around = guard if name in _WHOLE else hold_apart
                    make = self._make_execute if name == _EXECUTE else partial(self._make, around=around)
                    replace(_find(kind, name), name, make, _MARK)

    def _make_command(self, original: Any) -> Any:
        """Return what sends a connection's own commands: BEGIN, COMMIT, savepoints."""

        def exec_command(one: Any, command: Any, *args: Any, **kwargs: Any) -> Steps:
            held = one._tierguard_held  # noqa: SLF001
            if held is None or held.inside or held.passes(one, command):
                steps: Steps = original(one, command, *args, **kwargs)
                return steps
            return self._around(one, command, lambda: original(one, command, *args, **kwargs), guard)

        return exec_command

    def _make_execute(self, original: Any) -> Any:
        """Return what runs most statements: arguments in a list would take longer than all the rest."""

        def execute(cursor: Any, query: Any, params: Any = None, *, prepare: Any = None, binary: Any = None) -> Steps:
            connection = cursor._conn  # noqa: SLF001
            held = connection._tierguard_held  # noqa: SLF001
            if held is not None and not held.inside:
                if not held.passes(connection, query):
                    act = partial(original, cursor, query, params, prepare=prepare, binary=binary)
                    return self._begin(connection, query, act, guard)
                connection._tierguard_passed = query  # noqa: SLF001
            steps: Steps = original(cursor, query, params, prepare=prepare, binary=binary)
            return steps

        return execute

    def _make(self, original: Any, *, around: Any) -> Any:
        def run(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Steps:
            connection = cursor._conn  # noqa: SLF001
            held = connection._tierguard_held  # noqa: SLF001
            if held is None or held.inside or held.passes(connection, query):
                steps: Steps = original(cursor, query, *args, **kwargs)
                return steps
            return self._begin(connection, query, partial(original, cursor, query, *args, **kwargs), around)

        return run

    def _begin(self, connection: Any, query: Any, act: Callable[[], Steps], around: Any) -> Steps:
        if connection.pgconn.backend_pid != getattr(connection, JUDGED):
            yield from self.judge(connection)
        held: Held | None = getattr(connection, HELD)
        session = None if held is None or held.session.is_persons else held.session
        if session is not None and session.lets_pass(_text_of(connection, query), State.OPEN):
            return (yield from act())  # wherever the server is, so that a pipeline goes on
        yield from connection._start_query()  # noqa: SLF001 - the BEGIN of a transaction that the driver begins
        return (yield from self._around(connection, query, act, around))

    def _around(self, connection: Any, query: Any, act: Callable[[], Steps], around: Any) -> Steps:
        held: Held | None = getattr(connection, HELD)
        if held is None:  # libpq made the connection anew, and it leads elsewhere
            return (yield from act())
        session, text = held.session, _text_of(connection, query)
        state = yield from _find_state(connection)
        if session.lets_pass(text, state):
            return (yield from _inside(connection, act))
        return (yield from _carry_out(connection, around(session, text, state), self.ask, act))


def _text_of(connection: Any, query: Any) -> Any:
    return query.as_string(connection) if hasattr(query, "as_string") else query


def _find(kind: Any, name: str) -> Any:
    """Return the class that has a method."""
    return next(each for each in kind.__mro__ if name in vars(each))


def _carry_out(connection: Any, exchange: Exchange, ask: Ask, act: Callable[[], Steps]) -> Steps:
    from psycopg.waiting import Wait

    course = Course(exchange)
    while course.step is not None:
        with course as step:
            if isinstance(step, str):
                course.answer = yield from _ask(connection, ask, step)
            elif step is Act.RUN:
                course.result = yield from _inside(connection, act)
            elif step is Act.COMMIT:
                yield from _inside(connection, lambda: connection._exec_command(b"COMMIT"))  # noqa: SLF001
            elif step is Act.UNDO:
                yield from _ask(connection, ask, "ROLLBACK")
            elif isinstance(step, Dialog) and not step.wait(0):
                yield Wait.R  # for as long as the driver's interval: an event loop goes on
    return course.result


def _inside(connection: Any, act: Callable[[], Steps]) -> Steps:
    held: Held = getattr(connection, HELD)
    held.inside = True
    try:
        return (yield from act())
    finally:
        held.inside = False


def _ask(connection: Any, ask: Ask, sql: str) -> Generator[Any, Any, Answer]:
    """Ask outside of a pipeline, which sends no simple query, after what was sent in it."""
    pgconn, pipeline = connection.pgconn, connection._pipeline  # noqa: SLF001
    if pipeline is None:
        return (yield from ask(connection, sql))
    yield from pipeline._sync_gen()  # noqa: SLF001
    pgconn.exit_pipeline_mode()
    try:
        return (yield from ask(connection, sql))
    finally:
        pgconn.enter_pipeline_mode()


def _find_state(connection: Any) -> Generator[Any, Any, State]:
    if connection._pipeline is not None:  # noqa: SLF001 - where the server is shows once it has answered
        yield from connection._pipeline._sync_gen()  # noqa: SLF001
    return STATES[connection.pgconn.transaction_status]


def check_apart(connection: Any, query: Any) -> None:
    """Refuse a statement that reached the driver by another way than those that are hooked.

    Raises:
        PolicyRefused: it is more than a read.
    """
    held: Held | None = getattr(connection, HELD)
    if held is None or not held.session.is_persons or held.inside:
        return
    refuse_unhooked(held.session, _text_of(connection, query))
