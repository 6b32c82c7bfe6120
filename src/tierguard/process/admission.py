"""How a connection gets in: one exchange with the database, which whichever driver made the connection carries out.

:func:`admit` yields SQL and is sent what came of it; it does no I/O, so sync and async drivers share it. An adapter
runs that SQL by the simple protocol, closes what was refused, and has the statements of an admitted connection looked
at where its :class:`Admission` asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from tierguard.deciding.identity import BRIEF, QUERY, Reading, parse_reading
from tierguard.deciding.victim import Standing
from tierguard.statements.claims import SENT
from tierguard.statements.reading import find_claims
from tierguard.text import masking

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from tierguard.process.gate import Gate
    from tierguard.process.holding.session import Session
    from tierguard.statements.claims import Claim

PATIENCE: Final = 10.0  # seconds for one answer; a driver's own limit to connecting may be shorter
FATAL: Final = frozenset({"FATAL", "PANIC"})  # severities of an error with which a server hangs up
_UNDO: Final = "ROLLBACK"
_UNHURRIED: Final = "BEGIN; SET LOCAL statement_timeout = 0"
_CANCELED: Final = "57014"  # query_canceled: also what statement_timeout ends
_PHYSICAL: Final = frozenset({"true", "on", "yes", "1"})
_STREAM: Final = (
    "a physical replication connection streams every database of its server and answers no question; "
    "a logical one (replication=database) is judged by its database"
)
_TRIES: Final = 20  # a limit of a millisecond may end even the statement that lifts it
_MARK: Final = "__tierguard__"
_Result = TypeVar("_Result")


class Answer(NamedTuple):
    """What came of one statement: its only value as text, or why there is none."""

    value: str | None
    problem: str = ""
    sqlstate: str = ""  # of the server's error, where it told one


@dataclass(frozen=True, slots=True)
class Admission:
    """A connection that was let in: what its database is, and whether its statements are looked at."""

    gate: Gate
    reading: Reading
    parameters: Mapping[str, str]  # where it went, without secrets
    limited: bool  # it leads into a cluster that holds PROD, or may, which this process may not touch
    session: Session | None = None  # of PROD, whose statements are judged

    def watch(self, connection: Any, session: int) -> bool:
        """Have the statements of ``connection`` looked at if they must be; return whether.

        Only then does the adapter put a hook into the driver's statements; nobody else pays for one.

        Args:
            connection: the driver's own.
            session: the number of its process on the server.
        """
        if self.limited:
            _watched[connection] = self, str(session)
        return self.limited or self.session is not None

    def ends_only_ours(self, claim: Claim, values: object) -> bool:
        """Return whether a claim is about sessions that this process was let in with, and still has.

        Args:
            claim: what a statement would do.
            values: what is sent beside the statement.
        """
        if not claim.session:
            return False
        ours = {session for each, session in _watched.values() if each.reading.sysid == self.reading.sysid}
        named = set(map(str, _flatten(values))) if claim.session == SENT else {claim.session}
        return bool(named) and named <= ours


_watched: WeakKeyDictionary[Any, tuple[Admission, str]] = WeakKeyDictionary()


def admit(gate: Gate, parameters: Mapping[str, str], backend: int) -> Generator[str, Answer, Admission]:
    """Judge a new connection: yield SQL, be sent its answer, and return the admission.

    Args:
        gate: the process's gate.
        parameters: where the connection went, in libpq's keywords, without secrets.
        backend: the number of its process on the server, as the protocol says.

    Raises:
        AccessRefused: the connection must be closed.
    """
    reading = yield from _identify(gate, parameters)
    verdict = gate.examine(reading, parameters)
    if sql := gate.stamp_for(reading, verdict, parameters):
        done = yield sql
        if done.problem:
            gate.give_up_stamping(reading)
            yield _UNDO
    limited = gate.find_standing(reading) is not Standing.FREE
    if not gate.holds(verdict, parameters):
        return Admission(gate, reading, parameters, limited)
    from tierguard.process.holding.opening import open_session

    session = yield from open_session(gate.process, reading, parameters, backend)
    return Admission(gate, reading, parameters, limited, session)


def _identify(gate: Gate, parameters: Mapping[str, str]) -> Generator[str, Answer, Reading]:
    """Ask who the database is: briefly, where its cluster was asked a short while ago."""
    known = gate.clusters.recall(parameters)
    if known is not None:
        brief = yield from _ask(BRIEF)
        if brief.problem:
            return brief
        if (whole := brief.beside(known)) is not None:
            return whole
    reading = yield from _ask(QUERY)
    if reading.problem and parameters.get("replication", "").lower() in _PHYSICAL:
        return Reading(problem=_STREAM)
    gate.clusters.note(parameters, reading)
    return reading


def _ask(question: str) -> Generator[str, Answer, Reading]:
    """Ask, and again without ``statement_timeout`` where that ended the question. The session keeps its own."""
    answer = yield question
    for _ in range(_TRIES):
        if answer.sqlstate != _CANCELED:
            break
        answer = yield _UNHURRIED
        if not answer.problem:
            answer = yield question
        yield _UNDO
    return read(answer.value, answer.problem)


def read(value: str | None, problem: str = "") -> Reading:
    """Return what an answer says of its database."""
    return Reading(problem=masking.mask(problem)) if problem else parse_reading(value)


def conduct(exchange: Generator[str, Answer, _Result], ask: Callable[[str], Answer]) -> _Result:
    """Carry out an exchange over a driver that blocks: ``ask`` runs one statement, by the simple protocol."""
    try:
        sql = next(exchange)
        while True:
            sql = exchange.send(ask(sql))
    except StopIteration as end:
        result: _Result = end.value
        return result


def relay(
    exchange: Generator[str, Answer, Admission], ask: Callable[[str], Generator[Any, Any, Answer]]
) -> Generator[Any, Any, Admission]:
    """Carry out an exchange over a driver that waits elsewhere: ``ask`` is a generator that yields what to wait for."""
    try:
        sql = next(exchange)
        while True:
            sql = exchange.send((yield from ask(sql)))
    except StopIteration as end:
        admission: Admission = end.value
        return admission


def is_watched(connection: Any) -> bool:
    """Return whether the statements of a connection must be looked at."""
    return connection in _watched


def look_at(connection: Any, statement: object, dial: Callable[[], Mapping[str, str]], values: object = None) -> None:
    """Refuse what a statement would do to PROD beside its own database, on a connection that is watched.

    Args:
        connection: the driver's own.
        statement: as it goes to the driver.
        dial: returns libpq's keywords of the connection, with its password: for a short look at other databases.
        values: what is sent beside the statement, where that is known.

    Raises:
        PolicyRefused: nothing was sent.
    """
    admission, _ = _watched.get(connection, (None, ""))
    if admission is None:
        return
    if isinstance(statement, bytes):
        text = statement.decode(errors="replace")
    else:  # a member of an enumeration of strings shows another text than a driver sends
        text = str.__str__(statement) if isinstance(statement, str) else str(statement)
    claims = tuple(claim for claim in find_claims(text) if not admission.ends_only_ours(claim, values))
    if claims:
        admission.gate.consider(claims, admission.reading, admission.parameters, dial)


def _flatten(values: object) -> Iterable[object]:
    if isinstance(values, Mapping):
        return values.values()
    return values if isinstance(values, list | tuple) else ()


def replace(owner: Any, name: str, make: Callable[[Any], Any], mark: str = _MARK) -> None:
    """Put ``make(original)`` in the place of a driver's own function, once for each mark, whatever is reloaded.

    Raises:
        AttributeError: this release of the driver has no such function, so it cannot be gated.
    """
    original = getattr(owner, name)
    if not callable(original):
        raise AttributeError(f"{name} of {owner!r} is not a function")
    if not hasattr(original, mark):
        made = make(original)
        function = getattr(made, "__func__", made)
        setattr(update_wrapper(function, getattr(original, "__func__", original)), mark, True)
        setattr(owner, name, made)


def is_replaced(function: Any) -> bool:
    """Return whether :func:`replace` put this function where it is."""
    return hasattr(function, _MARK)
