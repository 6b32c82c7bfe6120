"""What happens around a statement of a person on PROD: wrapped where it stands alone, counted and shown at COMMIT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from tierguard.errors import PolicyRefused
from tierguard.model import Operation
from tierguard.process.holding import counting, planning, serving
from tierguard.process.holding.opening import PROTECT, protect
from tierguard.process.holding.rules import find_objection, is_unbounding
from tierguard.process.holding.session import State
from tierguard.process.holding.settling import refuse, settle
from tierguard.process.holding.steps import Act as Do
from tierguard.statements.classifying import classify
from tierguard.statements.effects import Control, Hold

if TYPE_CHECKING:
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange
    from tierguard.statements.effects import Effects

# A cursor WITH HOLD is executed when its transaction is committed (manual, DECLARE), and this one fails then: so no
# COMMIT succeeds, whatever sends it, until the gate has closed the cursor. It needs no privilege and makes no object.
_CURSOR: Final = "tierguard_hold"
_HELD: Final = "tierguard: nobody has been shown what this transaction changes, so it is not committed; session "
ARM: Final = "; ".join(
    (
        "SET TRANSACTION READ WRITE",
        f"DECLARE {_CURSOR} NO SCROLL CURSOR WITH HOLD FOR SELECT ('{_HELD}' || pg_backend_pid())::int",
        f"SELECT set_config('{counting.NEWEST}', max(oid)::text, true) FROM pg_catalog.pg_class",  # noqa: S608
    )
)
# After the count nothing is written any more, not even by the query of another cursor WITH HOLD, which runs at COMMIT.
RELEASE: Final = f"CLOSE {_CURSOR}; SET TRANSACTION READ ONLY"
_ONE: Final = "SET default_transaction_read_only = off"


def guard(session: Session, text: str | bytes, state: State) -> Exchange:
    """Let a statement be run, with what has to be done around it.

    Args:
        session: that it is sent in.
        text: of the statement, as the driver is given it.
        state: where the server is.

    Raises:
        PolicyRefused: it may not be sent.
        ConsentRefused: a person did not agree; its transaction is rolled back.
        AuditRefused: the change could not be recorded; its transaction is rolled back.
    """
    effects = classify(text)
    if not session.is_persons:
        yield from serving.guard(session, effects, state)
        return
    if state is State.IDLE:
        session.begin_anew()
    _check(session, effects)
    if session.bounded and is_unbounding(text, effects):
        refuse(session, effects, "how long a statement may run is bounded where the consent is for reading", _BOUNDED)
    if state is State.IDLE and session.shaken:
        yield from _protect_again(session)
    control = effects.acts[0].control if len(effects.acts) == 1 else None
    if control is not None:
        yield from _CONTROLS[control](session, effects, state)
    elif state is State.FAILED or session.read_only:
        yield Do.RUN  # the server refuses what is not a read
    elif state is State.IDLE:
        yield from _wrap(session, effects)
    else:
        yield from _arm(session)
        yield from planning.ask_beforehand(session, effects)
        session.acts += effects.acts
        yield Do.RUN


def hold_apart(session: Session, text: str | bytes, state: State) -> Exchange:
    """Let a statement be begun whose end the driver does not tell: only in a transaction, or if it is a read.

    Raises:
        PolicyRefused: nothing would hold its commit.
    """
    effects = classify(text)
    if session.is_persons and state is State.IDLE and effects.gravest is not Operation.READ:
        refuse(session, effects, "outside of a transaction, this way of running it commits by itself", _IN_ONE)
    yield from guard(session, text, state)


def takes_snapshot(text: str | bytes) -> bool:
    """Return whether preparing a statement is a read: after the first, the server makes no transaction writable."""
    return not any(act.control for act in classify(text).acts)


def refuse_unhooked(session: Session, text: str | bytes) -> None:
    """Refuse a statement around which nothing can be done.

    Raises:
        PolicyRefused: it is more than a read.
    """
    effects = classify(text)
    if not effects.is_plain:
        refuse(session, effects, "no commit can be held behind this way of running it", "Use the cursor's execute().")


_IN_ONE: Final = "Run it within a transaction."
_BOUNDED: Final = "prod.statement_timeout in the configuration says how long."


def _protect_again(session: Session) -> Exchange:
    """Put the session's settings back, which a function or a DO block may have changed."""
    if not session.pooled:
        yield from _sql(session, protect(session))
    session.shaken = False


def _check(session: Session, effects: Effects) -> None:
    if objection := find_objection(effects):
        refuse(session, effects, objection.reason, objection.hint)
    if session.sealed and effects.gravest is not Operation.READ:
        refuse(session, effects, session.sealed, "Reads go on.")


def _wrap(session: Session, effects: Effects) -> Exchange:
    """Put a statement that stands alone into a transaction of the gate's own."""
    if effects.gravest is Operation.READ:
        yield Do.RUN
        return
    yield from planning.ask_beforehand(session, effects)
    if any(act.hold is Hold.ALONE for act in effects.acts):
        yield from _let_alone()
        return
    yield from _flush(session)
    try:
        yield from _sql(session, f"BEGIN; {ARM}")
        session.armed = session.stale = True
        session.acts += effects.acts
        yield Do.RUN
        if (yield from settle(session)):
            yield from _sql(session, RELEASE)
    except GeneratorExit:
        raise
    except BaseException:
        yield "ROLLBACK"
        session.begin_anew()
        raise
    yield Do.COMMIT
    session.begin_anew()


def _let_alone() -> Exchange:
    """Run what cannot run in a transaction, and was agreed to beforehand."""
    yield _ONE
    try:
        yield Do.RUN
    finally:
        yield PROTECT


def _arm(session: Session) -> Exchange:
    if session.armed or session.read_only or session.sealed:
        if session.pooled and not session.read_only:
            yield from _sql(session, "SET TRANSACTION READ ONLY")
            session.read_only = True
        return
    yield from _sql(session, ARM)
    session.armed = session.stale = True


def _flush(session: Session) -> Exchange:
    if session.stale:
        yield counting.FLUSH
        session.stale = False


def _sql(session: Session, sql: str) -> Exchange:
    answer = yield sql
    assert answer is not None
    if answer.problem:
        raise PolicyRefused(
            f"{session.place}: the commit of this transaction cannot be held, so nothing is changed: {answer.problem}",
            hint="Begin the transaction by itself, before any other statement.",
            rule="commit-gate",
        )


def _begin(session: Session, effects: Effects, state: State) -> Exchange:
    if state is State.IDLE:
        yield from _flush(session)
    yield Do.RUN
    session.read_only = effects.acts[0].read_only is True


def _characterise(session: Session, effects: Effects, state: State) -> Exchange:
    yield Do.RUN
    if state is State.OPEN and effects.acts[0].read_only is not None:
        session.read_only = effects.acts[0].read_only


def _commit(session: Session, effects: Effects, state: State) -> Exchange:
    del effects
    if state is State.OPEN and session.armed:
        try:
            if (yield from settle(session)):
                yield from _sql(session, RELEASE)
        except GeneratorExit:
            raise
        except BaseException:
            yield Do.UNDO
            session.begin_anew()
            raise
    yield Do.RUN
    session.begin_anew()


def _roll_back(session: Session, effects: Effects, state: State) -> Exchange:
    del effects, state
    yield Do.RUN
    session.begin_anew()


def _set_savepoint(session: Session, effects: Effects, state: State) -> Exchange:
    if state is not State.OPEN:
        yield Do.RUN
        return
    yield from _arm(session)
    if session.armed:
        told = yield counting.tally()
        assert told is not None
        tallies = counting.read_tallies(told.value)
        session.marks.append((effects.acts[0].savepoint, tallies, session.taken_off))
    yield Do.RUN


def _release(session: Session, effects: Effects, state: State) -> Exchange:
    yield Do.RUN
    del state
    if (place := _find_mark(session, effects)) is not None:
        del session.marks[place:]


def _roll_back_to(session: Session, effects: Effects, state: State) -> Exchange:
    del state
    yield Do.RUN
    if (place := _find_mark(session, effects)) is None:
        return
    del session.marks[place + 1 :]
    told = yield counting.tally()
    assert told is not None
    now = counting.read_tallies(told.value)
    name, before, off = session.marks[place]
    session.taken_off = counting.add(off, now, less=before)
    session.marks[place] = name, now, session.taken_off


def _find_mark(session: Session, effects: Effects) -> int | None:
    name = effects.acts[0].savepoint
    places = [place for place, (mark, *_) in enumerate(session.marks) if mark == name]
    return places[-1] if places else None


def _never(session: Session, effects: Effects, state: State) -> NoReturn:
    raise AssertionError((session, effects, state))  # refused before


_CONTROLS: Final = {
    Control.BEGIN: _begin,
    Control.COMMIT: _commit,
    Control.ROLLBACK: _roll_back,
    Control.SAVEPOINT: _set_savepoint,
    Control.RELEASE: _release,
    Control.ROLLBACK_TO: _roll_back_to,
    Control.CHARACTERISTICS: _characterise,
    Control.TWO_PHASE: _never,
}
