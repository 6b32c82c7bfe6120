"""What drivers and pools send to give a session back as it was: it undoes the protection, which is put back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.process.holding.opening import protect
from tierguard.process.holding.session import State

if TYPE_CHECKING:
    from tierguard.process.holding.session import Session

# Statements of a driver's own, letter by letter but for their case. Nothing else may stand beside them.
_RESTORING: Final = frozenset(
    {"select pg_advisory_unlock_all()", "close all", "unlisten *", "reset all", "set session authorization default"}
)


def restore(session: Session, text: str, state: State) -> str | None:
    """Return what to send for a text that resets the session: with the protection behind it, in the same message.

    A message is one transaction (manual, section 55.2.2.1), so the session is never without protection. Returns None
    where the text is anything else, or a transaction is open.

    Args:
        session: that it is sent in, by the simple protocol.
        text: of the statements.
        state: where the server is.
    """
    if state is not State.IDLE or not session.is_persons:
        return None
    statements = {" ".join(one.split()).lower() for one in text.split(";")} - {""}
    if not statements or not statements <= _RESTORING:
        return None
    return text if session.pooled else f"{text}\n;{protect(session)}"
