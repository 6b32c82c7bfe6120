"""Whether a transaction may be committed as it is, or a person has to see it first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.model import Operation
from tierguard.statements.effects import GRAVITY, Hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tierguard.process.holding.counting import Change, Count
    from tierguard.statements.effects import Act

_DEFINING: Final = GRAVITY.index(Operation.DDL)
_GRAVE: Final = {
    Operation.DDL: "changes definitions",
    Operation.DESTROY: "loses data",
    Operation.ADMIN: "changes who may do what, or a protection",
}
_WIDEST: Final = 40  # characters of a table's name that line up with the others


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of it.

    Attributes:
        unasked: the rows by table that go on if the consent still has so many left; None where a person has to see it.
        reasons: why, for people.
    """

    unasked: Mapping[str, int] | None
    reasons: tuple[str, ...] = ()


def judge(acts: Sequence[Act], count: Count, *, answered: bool = False) -> Judgement:
    """Judge an open transaction of a person on PROD.

    Args:
        acts: its statements so far, without those that were agreed to before they ran.
        count: what it did.
        answered: there were such, and definitions may have changed by them.
    """
    reasons = [
        *(f"{act.verb} reaches every row" for act in acts if act.every_row and count.changes),
        *(f"{act.verb} {_GRAVE.get(act.operation, 'changes what is there')}" for act in acts if is_grave(act)),
        *(f"{one.name} is changed without being named" for one in count.changes if not one.named and one.known),
        *(f"{one.name}: how many of its rows is unknown" for one in count.changes if not one.known),
        *(f"{act.verb} acts outside of the database too" for act in acts if act.hold is Hold.BEYOND),
    ]
    if count.definitions and not reasons and not _only_temporary(acts, answered=answered):
        reasons.append("definitions change")
    if reasons:
        return Judgement(None, tuple(dict.fromkeys(reasons)))
    return Judgement({one.name: one.rows for one in count.changes})


def is_grave(act: Act) -> bool:
    """Return whether an act changes more than rows, and not only what is temporary."""
    return GRAVITY.index(act.operation) >= _DEFINING and not act.temporary and not act.every_row


def _only_temporary(acts: Sequence[Act], *, answered: bool) -> bool:
    made = answered or any(act.temporary for act in acts)
    return made and all(act.temporary or act.operation in {Operation.READ, Operation.WRITE} for act in acts)


def describe(acts: Sequence[Act], count: Count, *, answered: bool = False) -> tuple[str, ...]:
    """Return what a transaction did, a line a table, for a person to read."""
    at_most = any(act.operation is Operation.OPAQUE for act in acts)
    width = min(_WIDEST, max((len(one.name) for one in count.changes), default=0))
    lines = [f"  {one.name:<{width}}  {_numbers(one, at_most=at_most)}" for one in count.changes]
    lines += [f"  {_name(act)}" for act in acts if is_grave(act)]
    if count.definitions and not any(is_grave(act) for act in acts) and not _only_temporary(acts, answered=answered):
        lines.append("  definitions of tables, functions, roles or the like")
    return tuple(lines)


def _name(act: Act) -> str:
    """Return an act with what it is about: ``CREATE TABLE shop.visits``."""
    about = dict.fromkeys([*act.creates, *(thing.parts for thing in act.objects), *act.writes])
    return " ".join((act.verb, ", ".join(".".join(parts) for parts in about))).rstrip()


def _numbers(change: Change, *, at_most: bool) -> str:
    if not change.known:
        return "an unknown number of rows (a foreign table)"
    told = [(change.inserted, "inserted"), (change.updated, "updated"), (change.deleted, "deleted")]
    words = ", ".join(f"{number:,} {done}" for number, done in told if number)
    note = "" if change.named else "  (no statement names it: a foreign key or a trigger)"
    return f"{'at most ' if at_most else ''}{words}{note}"
