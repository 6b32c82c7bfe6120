"""What a person's session on PROD never sends, because no commit could be held behind it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tierguard.model import Operation
from tierguard.statements.effects import Control, Hold

if TYPE_CHECKING:
    from tierguard.statements.effects import Effects


class Objection(NamedTuple):
    """Why a text is not sent, and what to do instead."""

    reason: str
    hint: str


_ONE_BY_ONE = "Send each statement by itself, and let the driver begin and commit the transaction."


def find_objection(effects: Effects) -> Objection | None:
    """Return why ``effects`` may not be had on PROD by a person, or None."""
    if any(act.operation is Operation.DROP_DATABASE for act in effects.acts):
        return Objection("PROD is never reset and never dropped", "")
    if any(act.control is Control.TWO_PHASE for act in effects.acts):
        return Objection(
            "a transaction in two phases can be committed by another session, unseen",
            "Commit it in one phase.",
        )
    if loosening := next((act for act in effects.acts if act.loosens), None):
        return Objection(
            f"{loosening.verb} would undo what lets a person see a change before it is committed",
            "Leave it out: reads need no setting, and each write is shown before it is committed.",
        )
    if any(act.chained for act in effects.acts):
        return Objection("AND CHAIN begins a transaction that nobody has seen the beginning of", _ONE_BY_ONE)
    if len(effects.acts) > 1 and any(act.control for act in effects.acts):
        return Objection("one text controls the transaction and does something in it", _ONE_BY_ONE)
    if len(effects.acts) > 1 and any(act.hold is Hold.ALONE for act in effects.acts):
        return Objection("one text has a statement that no transaction can hold, and others", _ONE_BY_ONE)
    return None


def is_unbounding(text: str | bytes, effects: Effects) -> bool:
    """Return whether a text would set one of the limits that a session for reading has."""
    lower = (text if isinstance(text, str) else text.decode(errors="replace")).lower()
    if "timeout" not in lower:
        return False
    return "set_config" in lower or any(act.verb.startswith(("SET", "RESET")) for act in effects.acts)
