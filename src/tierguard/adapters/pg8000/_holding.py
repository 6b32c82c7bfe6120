"""The statements of a session on PROD: the gate's steps around what a connection of pg8000 sends.

Its native and its DB-API connections send everything by four methods of the class that both are built on.
"""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pg8000.exceptions import DatabaseError, InterfaceError

from tierguard.adapters.pg8000._statements import HELD
from tierguard.process.admission import Answer
from tierguard.process.holding.exchange import guard, takes_snapshot
from tierguard.process.holding.opening import PROTECT
from tierguard.process.holding.restoring import restore
from tierguard.process.holding.session import State
from tierguard.process.holding.steps import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.process.holding.session import Session

_VITAL: Final = frozenset({"ROLLBACK", PROTECT})  # where these fail, the connection is closed, and so undone
_IDLE: Final = State.IDLE
_STATES: Final = {b"I": State.IDLE, b"T": State.OPEN, b"E": State.FAILED}


class Held:
    """The session of one connection, and what it has prepared.

    Args:
        connection: the driver's own.
        session: its session.
        ask: runs SQL on it by the simple protocol.
        commit: commits its transaction, or raises the driver's own error.
        close: closes it.

    Attributes:
        given_up: the gate has closed it, and the program, which does not know, may close it too.
    """

    def __init__(
        self,
        connection: Any,
        session: Session,
        ask: Callable[[str], Answer],
        commit: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        self._connection, self._session = connection, session
        self._ask_on, self._commit, self._close = ask, commit, close
        self.given_up = False
        self._turn = threading.Lock()
        self._prepared: dict[bytes, str] = {}  # what each prepared statement does, by its name
        setattr(connection, HELD, self)

    def execute_simple(self, call: Callable[[str], Any], text: str) -> Any:
        """Run a text by the simple protocol: ``call`` sends it, or what is sent instead."""
        if (restoring := restore(self._session, text, self._state)) is not None:
            return self._run(partial(call, restoring))
        return self.run(text, partial(call, text))

    def prepare(self, call: Callable[[], Any], text: str) -> Any:
        """Prepare a statement. What it does is judged each time that it is run."""
        made = self.run("", call) if takes_snapshot(text) else call()
        self._prepared[made[0]] = text
        return made

    def run_prepared(self, call: Callable[[], Any], name: bytes) -> Any:
        """Run a prepared statement."""
        return self.run(self._prepared.get(name, "EXECUTE unknown"), call)

    def passes(self, text: str) -> bool:
        """Return whether a statement may be sent at once: most may. What ends it is told to :meth:`fail`."""
        state = _STATES.get(self._connection._transaction_status, _IDLE)  # noqa: SLF001
        return not self._turn.locked() and self._session.lets_pass(text, state)

    def fail(self, error: BaseException) -> None:
        """Close the connection of a person if anything but a server's error ended a statement: answers are left."""
        if self._session.is_persons and not isinstance(error, DatabaseError):
            self._abort()

    def run(self, text: str, call: Callable[[], Any]) -> Any:
        """Run a statement, with what has to be done around it."""
        session = self._session
        if self.passes(text):
            return self._run(call)
        if not self._turn.acquire(blocking=False):  # a person may be reading what this very transaction did
            raise InterfaceError("another thread is running a statement on this connection")
        try:
            exchange = guard(session, text, self._state)
            return carry_out(
                exchange, self._ask, partial(self._run, call), partial(self._run, self._commit), self._undo
            )
        finally:
            self._turn.release()

    @property
    def _state(self) -> State:
        return _STATES.get(self._connection._transaction_status, State.IDLE)  # noqa: SLF001

    def _run(self, call: Callable[[], Any]) -> Any:
        """Run a statement. If anything but a server's error ends it, answers are left unread: it is over then."""
        failed = self._state is State.FAILED
        try:
            return call()
        except BaseException as error:
            if not failed:
                self.fail(error)
            raise

    def _ask(self, sql: str) -> Answer:
        try:
            return self._ask_on(sql)
        except BaseException as error:
            self._abort()
            if sql not in _VITAL or not isinstance(error, Exception):
                raise
            return Answer(None, str(error))  # the error that it was to make up for is the one to raise

    def _undo(self) -> None:
        self._ask("ROLLBACK")

    def _abort(self) -> None:
        with contextlib.suppress(Exception):  # it may be lost already
            self._close()
        self.given_up = True
