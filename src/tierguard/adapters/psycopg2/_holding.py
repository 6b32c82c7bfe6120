"""What a person's connection to PROD sends, with the gate's steps around it; a server's is judged by its text.

The C code begins a transaction by itself, with the first statement, and keeps an account of its own of whether one is
open. So the gate lets it begin before that statement, and lets it commit and roll back; all else that the gate asks
goes through libpq, below the driver.
"""

from __future__ import annotations

import selectors
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg2 import _libpq as libpq
from tierguard.adapters.psycopg2._held import HELD
from tierguard.adapters.psycopg2._stand_ins import find_raw
from tierguard.process.admission import Answer
from tierguard.process.holding.exchange import guard, refuse_unhooked
from tierguard.process.holding.session import Session, State
from tierguard.process.holding.steps import carry_out
from tierguard.statements.classifying import classify
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tierguard.process.holding.steps import Exchange

# libpq's PQTransactionStatusType: idle, active, in a transaction, in a failed one, unknown.
_STATES: Final = (State.IDLE, State.OPEN, State.OPEN, State.FAILED, State.IDLE)
_IDLE, _OPEN = 0, 2
_READY, _BEGUN = 1, 2  # STATUS_READY and STATUS_BEGIN of psycopg2.extensions: the C code's own account
_HARMLESS: Final = "SHOW transaction_isolation"  # it takes no snapshot, after which a transaction's mode is fixed


class Held:
    """A connection to PROD.

    Attributes:
        session: of it.
        codec: Python's name of its encoding.
        known: statements that are sent at once, as long as their values are plain; a person's where ``passes`` says so.
        entered: it is inside of ``with connection:``, where a transaction is begun in autocommit mode too.
    """

    __slots__ = ("_made", "codec", "entered", "inside", "known", "lock", "persons", "session")

    def __init__(self, session: Session, codec: str, made: Any) -> None:
        self.session, self.codec, self._made = session, codec, made
        self.persons = session.is_persons
        self.known: dict[str, None] = {}
        self.entered = False
        self.inside = False  # what is around this statement is being done already
        self.lock = threading.RLock()

    def learn(self, text: str | bytes) -> None:
        """Keep a statement that needs nothing around it."""
        if type(text) is str and len(text) <= _SHORT and self.session.lets_pass(text, State.IDLE):
            if len(self.known) >= _KEPT:
                self.known.clear()
            self.known[text] = None


_KEPT: Final = 1024  # statements of a connection, of at most this many characters:
_SHORT: Final = 4096


def hold(connection: Any, session: Session, codec: str) -> None:
    """Have what ``connection`` sends judged from now on."""
    number = id(connection)
    made = weakref.ref(connection, lambda _: HELD.pop(number, None))
    HELD[number] = Held(session, codec, made)


class Holding:
    """Puts the gate's steps around what the connections and cursors of ``core`` send: ``psycopg2._psycopg``."""

    def __init__(self, core: Any) -> None:
        self.core, self.raw, self._cursors = core, find_raw(core.connection), find_raw(core.cursor)
        self._status = self.raw.status.__get__  # subclasses may have their own of these names
        self._autocommit = self.raw.autocommit.__get__
        self._server_status = self.raw.get_transaction_status
        self._name = self._cursors.name.__get__

    def send(
        self, cursor: Any, connection: Any, held: Held, texts: Sequence[str | bytes], act: Callable[[], Any]
    ) -> Any:
        """Run what sends ``texts`` by ``cursor``, if they may be sent.

        Raises:
            AccessRefused: they may not, or nobody agreed to what they did.
        """
        known = [_decode(text, held.codec) for text in texts]
        text = known[0] if len(set(known)) == 1 else ";\n".join(known)
        if (name := self._name(cursor)) is not None:
            hold = "WITH HOLD " if self._cursors.withhold.__get__(cursor) else ""
            text = f"DECLARE {quote_identifier(name)} CURSOR {hold}FOR {text}"
        return self.around(connection, held, text, act)

    def around(self, connection: Any, held: Held, text: str, act: Callable[[], Any]) -> Any:
        """Run what sends ``text``, if it may be sent, with what has to be done around it."""
        session = held.session
        with held.lock:
            if held.inside:
                return act()
            if not held.persons:
                if session.lets_pass(text, State.IDLE):
                    return act()
                return self.carry(connection, held, guard(session, text, State.IDLE), act)
            if self.raw.async_.__get__(connection):
                refuse_unhooked(session, text)
                return act()
            if self._begins(connection, held):
                self._begin(connection, held)
            state = self.find_state(connection)
            if session.lets_pass(text, state) or (state is State.IDLE and self._is_hopeless(connection, text)):
                return _inside(held, act)
            return self.carry(connection, held, guard(session, text, state), act)

    def passes(self, connection: Any, held: Held) -> bool:
        """Return whether a person's read goes to the server at once. The connection's lock is held."""
        status = self._server_status(connection)
        if status == _OPEN:  # and no COMMIT succeeds there until the gate lets it
            return held.session.armed
        return status == _IDLE and not held.session.shaken and self._autocommit(connection) and not held.entered

    def carry(self, connection: Any, held: Held, exchange: Exchange, act: Callable[[], Any]) -> Any:
        """Carry out an exchange around what ``act`` does."""
        ask = partial(self.ask, connection, held.codec)
        run, commit = partial(_inside, held, act), partial(self._execute, connection, "COMMIT")
        return carry_out(exchange, ask, run, commit, partial(self._undo, connection, ask))

    def find_state(self, connection: Any) -> State:
        """Return where the server is."""
        return _STATES[self._server_status(connection)]

    def has_begun(self, connection: Any) -> bool:
        """Return whether the C code has begun a transaction, which its ``commit`` and ``rollback`` then end."""
        status: int = self._status(connection)
        return status == _BEGUN

    def ask(self, connection: Any, codec: str, sql: str) -> Answer:
        """Run SQL by the simple protocol, however long it takes.

        Raises:
            psycopg2.OperationalError: the connection is lost.
        """
        core, raw = self.core, self.raw
        steps = libpq.talk(libpq.load(core.__file__), raw.pgconn_ptr.__get__(connection), sql.encode(codec, "replace"))
        try:
            while True:
                event = next(steps)
                with selectors.DefaultSelector() as selector:  # looked up late: gevent puts its own there
                    selector.register(raw.fileno(connection), event)
                    selector.select()
        except StopIteration as end:
            value, problem, sqlstate = end.value
        except ConnectionError as error:
            raise core.OperationalError(str(error)) from None
        if problem:
            return Answer(None, problem.decode(codec, "replace"), sqlstate.decode())
        return Answer(None if value is None else value.decode(codec, "replace"))

    def _begins(self, connection: Any, held: Held) -> bool:
        """Return whether the C code begins a transaction before the next statement."""
        begins: bool = self._status(connection) == _READY and (not self._autocommit(connection) or held.entered)
        return begins

    def _is_hopeless(self, connection: Any, text: str) -> bool:
        """Return whether the program itself has made this session read-only, so that the server refuses a change."""
        read_only = self.raw.readonly.__get__(connection)
        acts = classify(text).acts if read_only else ()
        return bool(acts) and all(act.writes and act.control is None and not act.loosens for act in acts)

    def _begin(self, connection: Any, held: Held) -> None:
        """Have the C code begin its transaction by a statement that does nothing."""
        read_only = self.raw.readonly.__get__(connection)
        words = {True: "BEGIN READ ONLY", False: "BEGIN READ WRITE"}.get(read_only, "BEGIN")

        exchange = guard(held.session, words, self.find_state(connection))
        self.carry(connection, held, exchange, partial(self._execute, connection, _HARMLESS))

    def _execute(self, connection: Any, sql: str) -> None:
        self._cursors.execute(self._cursors(connection), sql)

    def _undo(self, connection: Any, ask: Callable[[str], Answer]) -> None:
        if self.has_begun(connection):
            self.raw.rollback(connection)  # the C code knows then that it is over
        else:
            ask("ROLLBACK")


def _inside(held: Held, act: Callable[[], Any]) -> Any:
    if held.inside:
        return act()
    held.inside = True
    try:
        return act()
    finally:
        held.inside = False


def _decode(text: str | bytes, codec: str) -> str:
    return text.decode(codec, "replace") if isinstance(text, bytes) else str.__str__(text)
