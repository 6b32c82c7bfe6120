"""The statements of a session on PROD: the gate's steps around them, within asyncpg's own protocol object.

Everything that asyncpg sends goes through that object: connections, prepared statements, cursors, COPY, transactions,
pools, introspection. So the object of such a connection, and of no other, gets a class whose methods judge first.
"""

from __future__ import annotations

import asyncio
import weakref
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from asyncpg import InterfaceError, PostgresError

from tierguard.adapters.asyncpg._methods import BY_STATEMENT, BY_TEXT, PREPARING, UNHURRIED
from tierguard.process.admission import Answer
from tierguard.process.holding.exchange import guard, takes_snapshot
from tierguard.process.holding.opening import PROTECT
from tierguard.process.holding.restoring import restore
from tierguard.process.holding.session import State
from tierguard.process.holding.steps import carry_out_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tierguard.process.holding.session import Session

    Ask = Callable[[Any, str], Awaitable[Answer]]
    Call = Callable[[], Awaitable[Any]]

_IDLE: Final = State.IDLE
_OPEN: Final = State.OPEN
_HELD: Final = "_tierguard_held"
_ABORTED: Final = "25P02"  # in_failed_sql_transaction
_VITAL: Final = frozenset({"ROLLBACK", PROTECT})  # where these fail, the connection is closed
_CANCELLING: Final = 10.0  # seconds until the server has heard that a statement was given up


def protect(protocol: Any, session: Session, ask: Ask) -> None:
    """Have all that ``protocol`` sends judged.

    Args:
        protocol: of a connection to PROD.
        session: its session.
        ask: runs SQL on a protocol by the simple protocol.
    """
    setattr(protocol, _HELD, _Held(protocol, session, ask))
    kind: Any = type(protocol)
    protocol.__class__ = _find_class(kind)


@cache
def _find_class(base: Any) -> Any:
    """Return ``base`` with methods that judge first."""
    by_text = {name: _make_by_text(name, getattr(base, name)) for name in BY_TEXT}
    by_statement = {name: _make_by_statement(getattr(base, name)) for name in BY_STATEMENT}
    methods = {**by_text, **by_statement, PREPARING: _make_preparing(getattr(base, PREPARING))}
    return type(base.__name__, (base,), {"__slots__": (), "__module__": base.__module__, **methods})


def _make_by_text(name: str, original: Any) -> Any:
    def send(self: Any, text: str, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        held: _Held = self._tierguard_held  # a call less than by its name
        if held.passes(text):
            sent: Awaitable[Any] = original(self, text, *args, **kwargs)
            return sent
        if held.reads_on(text):
            return held.send(lambda: original(self, text, *args, **kwargs))
        if name == "query":
            return held.run_simple(text, lambda instead: original(self, instead, *args, **kwargs))
        return held.run(text, lambda: original(self, text, *args, **kwargs))

    return send


def _make_by_statement(original: Any) -> Any:
    def send(self: Any, state: Any, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        held: _Held = self._tierguard_held  # a call less than by its name
        if held.passes(state.query):
            sent: Awaitable[Any] = original(self, state, *args, **kwargs)
            return sent
        if held.reads_on(state.query):
            return held.send(lambda: original(self, state, *args, **kwargs))
        return held.run(state.query, lambda: original(self, state, *args, **kwargs))

    return send


def _make_preparing(original: Any) -> Any:
    def prepare(self: Any, name: str, text: str, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        held: _Held = self._tierguard_held  # a call less than by its name
        return held.prepare(text, lambda: original(self, name, text, *args, **kwargs))

    return prepare


class _Held:
    """The session of one connection, and where its server is."""

    __slots__ = ("_ask_on", "_busy", "_failed", "_of", "_session", "_unsure")

    def __init__(self, protocol: Any, session: Session, ask: Ask) -> None:
        self._of = weakref.ref(protocol)  # a connection that nobody closed still ends as soon as nobody has it
        self._session, self._ask_on = session, ask
        self._busy = False  # something is being done around a statement
        self._failed = False  # the open transaction can only be rolled back: the driver does not tell
        self._unsure = False  # whether that is so: a statement was given up

    @property
    def _protocol(self) -> Any:
        return self._of()

    def passes(self, text: str) -> bool:
        """Return whether a statement may be sent at once: most may."""
        session = self._session
        if session.is_persons and (self._busy or self._unsure or self._protocol.is_in_transaction()):
            return False
        return session.lets_pass(text, _IDLE)

    def reads_on(self, text: str) -> bool:
        """Return whether a statement only has to be watched: a read in a transaction."""
        if self._busy or self._unsure or self._failed or not self._protocol.is_in_transaction():
            return False
        return self._session.lets_pass(text, _OPEN)

    def prepare(self, text: str, call: Call) -> Awaitable[Any]:
        """Prepare a statement, whose effects are judged each time that it is run."""
        return call() if not takes_snapshot(text) or self.passes("") else self.run("", call)

    async def run_simple(self, text: str, send: Callable[[str], Awaitable[Any]]) -> Any:
        """Send a text by the simple protocol, with what has to be done around it."""
        with self._one_at_a_time():
            state = await self._find_state()
            if (restoring := restore(self._session, text, state)) is not None:
                return await self.send(partial(send, restoring))
            return await self._carry_out(text, state, partial(send, text))

    async def run(self, text: str, call: Call) -> Any:
        """Run a statement, with what has to be done around it."""
        with self._one_at_a_time():
            return await self._carry_out(text, await self._find_state(), call)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if self._busy:  # a person may be reading what this very transaction did
            raise InterfaceError("cannot perform operation: another operation is in progress")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    async def _carry_out(self, text: str, state: State, call: Call) -> Any:
        session, run = self._session, partial(self.send, call)
        if session.lets_pass(text, state):
            return await run()
        exchange = guard(session, text, state)
        return await carry_out_async(exchange, self._ask, run, partial(self.send, self._commit), self._undo)

    async def _find_state(self) -> State:
        if self._unsure:
            await self._protocol._wait_for_cancellation(_CANCELLING)  # noqa: SLF001
        if not self._protocol.is_in_transaction():
            self._failed = self._unsure = False
            return State.IDLE
        if self._unsure:
            self._failed = (await self._ask("SELECT ''")).sqlstate == _ABORTED
            self._unsure = False
        return State.FAILED if self._failed else State.OPEN

    async def send(self, call: Call) -> Any:
        """Send a statement, and note what became of the transaction."""
        try:
            result = await call()
        except PostgresError:
            self._failed = self._protocol.is_in_transaction()
            raise
        except BaseException:
            self._unsure = True
            raise
        self._unsure |= self._failed  # it was rolled back, or nothing was sent
        return result

    async def _ask(self, sql: str) -> Answer:
        try:
            answer = await self._ask_on(self._protocol, sql)
        except BaseException as error:
            self._unsure = True
            if sql not in _VITAL:
                raise
            self._protocol.abort()
            if not isinstance(error, Exception):
                raise
            return Answer(None, str(error))  # the error that it was to make up for is the one to raise
        if answer.problem:
            self._failed = self._protocol.is_in_transaction()
        return answer

    async def _commit(self) -> None:
        from asyncpg.protocol.protocol import BaseProtocol  # whose methods judge nothing

        try:
            await BaseProtocol.query(self._protocol, "COMMIT", UNHURRIED)  # it may wait for replicas
        except asyncio.CancelledError:
            await self._undo()  # where the server has not committed it meanwhile
            raise

    async def _undo(self) -> None:
        await self._ask("ROLLBACK")
