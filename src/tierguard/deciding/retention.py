"""How long what tools keep is kept: values in, names out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much is kept of one tier's database: the newest ``count``, each no longer than ``age``.

    ``size`` is in bytes: a larger database is not kept, where nobody needs it to be.
    """

    count: int
    age: timedelta | None = None
    size: int | None = None


SNAPSHOTS: Final = {
    Tier.INT: Allowance(count=1, age=timedelta(days=1), size=2 * 1024**3),
    Tier.STG: Allowance(count=5),
}
TEMPLATES: Final = Allowance(count=2, age=timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept, and since when."""

    name: str
    at: datetime


def find_expired(kept: Iterable[Kept], allowance: Allowance, now: datetime, *, spare: str = "") -> tuple[str, ...]:
    """Return the names of what may go, oldest first. What lies in the future, by some other clock, is new.

    What was just kept under the name ``spare`` is newer than anything, whatever those clocks say.
    """
    newest_first = sorted(kept, key=lambda one: (one.name == spare, one.at, one.name), reverse=True)
    expired = [
        one
        for place, one in enumerate(newest_first)
        if place >= allowance.count or (allowance.age is not None and now - one.at > allowance.age)
    ]
    return tuple(one.name for one in reversed(expired))
