"""What happens around a statement of a person on PROD: wrapped where it stands alone, counted and shown at COMMIT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.model import Operation
from tierguard.process.holding import planning, serving
from tierguard.process.holding.arming import arm, begin, flush, protect_again
from tierguard.process.holding.opening import PROTECT
from tierguard.process.holding.rules import find_objection, is_unbounding
from tierguard.process.holding.session import State
from tierguard.process.holding.settling import refuse
from tierguard.process.holding.steps import Act as Do
from tierguard.process.holding.transactions import CONTROLS, finish, undoing
from tierguard.statements.classifying import classify
from tierguard.statements.effects import Control, Hold

if TYPE_CHECKING:
    from collections.abc import Generator

    from tierguard.process.admission import Answer
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange, Step
    from tierguard.statements.effects import Effects

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
    control = effects.acts[0].control if len(effects.acts) == 1 else None
    if session.abandoned or session.asking:
        state = yield from _take_back(session, effects, control, state)
    if state is State.IDLE:
        session.begin_anew()
    _check(session, effects)
    if session.bounded and is_unbounding(text, effects):
        refuse(session, effects, "how long a statement may run is bounded where the consent is for reading", _BOUNDED)
    if state is State.IDLE and session.shaken:
        yield from protect_again(session)
    if control is not None:
        yield from CONTROLS[control](session, effects, state)
    elif state is State.FAILED:
        yield Do.RUN  # the server refuses it
    elif session.read_only:
        yield from _run_read_only(session, effects)
    elif state is State.IDLE:
        yield from _wrap(session, effects)
    else:
        yield from arm(session)
        yield from undoing(session, planning.ask_beforehand(session, effects))
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


_TO_WRITE: Final = " To change something a person starts it with: tierguard run --tier prod --operation write"
_IN_ONE: Final = "Run it within a transaction."
_WRITABLE: Final = "Run it in a transaction that is not read-only."
_ROLL_BACK: Final = "Roll the transaction back, or commit it again."
_BOUNDED: Final = "prod.statement_timeout in the configuration says how long."


def _check(session: Session, effects: Effects) -> None:
    if objection := find_objection(effects):
        refuse(session, effects, objection.reason, objection.hint)
    if session.sealed and effects.gravest is not Operation.READ:
        lent = session.standing.operation is Operation.READ
        refuse(session, effects, session.sealed, f"Reads go on.{_TO_WRITE if lent else ''}")


def _wrap(session: Session, effects: Effects) -> Exchange:
    """Put a statement that stands alone into a transaction of the gate's own."""
    if effects.gravest is Operation.READ:
        yield Do.RUN
        return
    yield from planning.ask_beforehand(session, effects)
    if any(act.hold is Hold.ALONE for act in effects.acts):
        yield from _let_alone(session)
        return
    yield from flush(session)
    try:
        yield from begin(session)
        session.own = True
        session.acts += effects.acts
        yield Do.RUN
        yield from finish(session)
    except GeneratorExit:  # nothing can be sent any more, so it is rolled back before the next statement
        session.armed, session.abandoned = False, True
        raise
    except BaseException:
        yield from _give_up(session)
        raise
    yield Do.COMMIT
    session.begin_anew()


def _take_back(
    session: Session, effects: Effects, control: Control | None, state: State
) -> Generator[Step, Answer | None, State]:
    """Do what is left to do after a statement that was given up midway, and return where the server then is.

    Raises:
        PolicyRefused: a person was being asked about the program's own transaction, which is still open.
    """
    if session.dialog is not None:
        session.dialog.give_up()
    if session.abandoned or session.own:
        yield from _give_up(session)
        return State.IDLE
    if state is State.OPEN and control is not Control.ROLLBACK:
        if control is not Control.COMMIT:
            refuse(session, effects, "its COMMIT was given up while a person was asked, and it is open", _ROLL_BACK)
        session.armed = True
    session.asking = False
    return state


def _give_up(session: Session) -> Exchange:
    yield "ROLLBACK"
    session.begin_anew()


def _run_read_only(session: Session, effects: Effects) -> Exchange:
    """Run a statement in a transaction that the program made read-only: the server refuses it, if it changes rows.

    Not what acts elsewhere, or only locks: COPY TO PROGRAM, CLUSTER.
    """
    if any(act.hold is not Hold.TRANSACTION for act in effects.acts):
        refuse(session, effects, "nothing is asked about in a read-only transaction, and this is no read", _WRITABLE)
    session.acts += effects.acts
    yield Do.RUN


def _let_alone(session: Session) -> Exchange:
    """Run what cannot run in a transaction, and was agreed to beforehand."""
    session.shaken = True  # however this ends, the session is protected again before anything else is sent
    yield _ONE
    try:
        yield Do.RUN
    except GeneratorExit:
        raise
    except BaseException:
        yield PROTECT
        raise
    yield PROTECT
