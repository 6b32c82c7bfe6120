"""BEGIN, COMMIT, ROLLBACK and savepoints of a person on PROD: a table, and what is done around each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from tierguard.process.holding import counting
from tierguard.process.holding.arming import arm, flush, let_go
from tierguard.process.holding.session import State
from tierguard.process.holding.settling import settle
from tierguard.process.holding.steps import Act as Do
from tierguard.statements.effects import Control

if TYPE_CHECKING:
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange
    from tierguard.statements.effects import Effects


def finish(session: Session) -> Exchange:
    """Have what the transaction did counted and agreed to, and let its COMMIT succeed.

    A task that is cancelled while a person reads never comes back here: whatever is sent next finds ``asking``.
    """
    session.armed, session.asking = False, True
    if (yield from settle(session)):
        yield from let_go(session)
    session.asking = False


def undoing(session: Session, steps: Exchange) -> Exchange:
    """Do a part of an exchange in the program's transaction, which is rolled back where that part is refused."""
    try:
        yield from steps
    except GeneratorExit:
        raise
    except BaseException:
        yield Do.UNDO
        session.begin_anew()
        raise


def _begin(session: Session, effects: Effects, state: State) -> Exchange:
    if state is State.IDLE:
        yield from flush(session)
    yield Do.RUN
    session.read_only = effects.acts[0].read_only is True


def _characterise(session: Session, effects: Effects, state: State) -> Exchange:
    yield Do.RUN
    if state is State.OPEN and effects.acts[0].read_only is not None:
        session.read_only = effects.acts[0].read_only


def _commit(session: Session, effects: Effects, state: State) -> Exchange:
    del effects
    if state is State.OPEN and session.armed:
        yield from undoing(session, finish(session))
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
    yield from arm(session)
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


CONTROLS: Final = {
    Control.BEGIN: _begin,
    Control.COMMIT: _commit,
    Control.ROLLBACK: _roll_back,
    Control.SAVEPOINT: _set_savepoint,
    Control.RELEASE: _release,
    Control.ROLLBACK_TO: _roll_back_to,
    Control.CHARACTERISTICS: _characterise,
    Control.TWO_PHASE: _never,
}
