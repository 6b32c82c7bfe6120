"""What a person's transaction on PROD is begun and released with: no COMMIT succeeds in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.process.holding import counting
from tierguard.process.holding.opening import protect
from tierguard.process.holding.settling import refuse
from tierguard.statements.effects import Effects
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange

# A cursor WITH HOLD is executed when its transaction is committed (manual, DECLARE), and this one fails then: so no
# COMMIT succeeds, whatever sends it, until the gate has closed the cursor. It needs no privilege and makes no object.
_CURSOR: Final = "tierguard_hold"
_HELD: Final = "tierguard: nobody has been shown what this transaction changes, so it is not committed; session "
ARM: Final = "; ".join(
    (
        "SET TRANSACTION READ WRITE",
        f"DECLARE {_CURSOR} NO SCROLL CURSOR WITH HOLD FOR SELECT ('{_HELD}' || pg_backend_pid())::int",
    )
)
# After the count nothing is written any more, not even by the query of another cursor WITH HOLD, which runs at COMMIT.
RELEASE: Final = f"CLOSE {_CURSOR}; SET TRANSACTION READ ONLY"


def arm(session: Session) -> Exchange:
    """Hold the COMMIT of the open transaction, unless it is for reading."""
    if session.armed or session.read_only or session.sealed:
        if session.pooled and not session.read_only:
            yield from _send(session, "SET TRANSACTION READ ONLY")
            session.read_only = True
        return
    yield from _hold(session, ARM)


def begin(session: Session) -> Exchange:
    """Begin a transaction of the gate's own, whose COMMIT is held."""
    yield from _hold(session, f"BEGIN; {ARM}")


def _hold(session: Session, sql: str) -> Exchange:
    yield from _send(session, sql)
    session.armed = session.stale = True
    newest = yield counting.NEWEST
    if newest is None or not newest.value:
        refuse(session, Effects(tuple(session.acts)), "what stood before the transaction cannot be told")
    session.newest = int(newest.value)


def let_go(session: Session) -> Exchange:
    """Let the COMMIT succeed. What is said within a savepoint ends with it, so those that are open end first."""
    ends = [f"RELEASE SAVEPOINT {quote_identifier(name)}" for name, *_ in reversed(session.marks)]
    yield from _send(session, "; ".join((*ends, RELEASE)))


def flush(session: Session) -> Exchange:
    """Have the counters of earlier transactions written out, so that the next one's are its own. None may be open."""
    if session.stale:
        yield counting.FLUSH
        session.stale = False


def _send(session: Session, sql: str) -> Exchange:
    """Send what holds a commit, or releases it.

    Raises:
        PolicyRefused: the server does not do it.
    """
    answer = yield sql
    if answer is None or answer.problem:
        problem = answer.problem if answer else "it was not asked"
        reason = f"the commit of this transaction cannot be held, so nothing is changed: {problem}"
        refuse(session, Effects(tuple(session.acts)), reason, "Begin the transaction by itself, before anything else.")


def protect_again(session: Session) -> Exchange:
    """Put the session's settings back, which a function or a DO block may have changed."""
    if not session.pooled:
        yield from _send(session, protect(session))
    session.shaken = False
