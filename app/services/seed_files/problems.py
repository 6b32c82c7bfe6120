"""A mistake in a seed file as a value, and the one error that tells of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SHOWN = 20
_QUOTED = 60


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Where (``line`` counts from 1) and what is wrong; for a wrong name also the ``allowed`` ones."""

    file: str
    line: int
    text: str
    wrong: str = field(default="", compare=False)
    allowed: Collection[str] = field(default=(), compare=False)

    def __str__(self) -> str:
        """Write ``file:line: text``, which editors turn into a link, with the nearest allowed name.

        The name is searched for only here, because a broken file can hold more mistakes than are ever shown.
        """
        hint = _suggest(self.wrong, self.allowed) if self.wrong or self.allowed else ""
        return f"{self.file}:{self.line}: {self.text}{hint}"


def refuse(problems: Iterable[Problem]) -> SettingMismatch:
    """Put the mistakes, in the order of the files and at most ``SHOWN`` of them, into one error."""
    found = sorted(set(problems))
    summary = "The seed files have 1 mistake:" if len(found) == 1 else f"The seed files have {len(found)} mistakes:"
    lines = [summary, *map(str, found[:SHOWN])]
    if len(found) > SHOWN:
        lines.append(f"… and {len(found) - SHOWN} more")
    return SettingMismatch("\n".join(lines))


def quote(value: object) -> str:
    """Show a value from a file on one short line."""
    shown = str(value) if isinstance(value, Decimal) else repr(value)
    return shown if len(shown) <= _QUOTED else f"{shown[: _QUOTED - 1]}…"


def _suggest(wrong: str, allowed: Iterable[str]) -> str:
    """Return the nearest allowed name as a question, or a list of all names when none is near and the list is short."""
    names = sorted(allowed)
    near = get_close_matches(wrong, names, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; allowed: {', '.join(names)}" if len(names) <= SHOWN else ""
