"""Chance without dice: numbers that depend on nothing but their names, the same in every process and on every day."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Lot:
    """A store of chance that belongs to some names. Equal names give equal draws in equal order.

    One hash of 512 bits serves all draws of a row, because a hash for each would cost more than writing the row.
    """

    __slots__ = ("_left",)

    def __init__(self, *names: object) -> None:
        digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=64).digest()
        self._left = int.from_bytes(digest, "big")

    def below(self, bound: int) -> int:
        """Draw a number from 0 to ``bound`` - 1."""
        self._left, drawn = divmod(self._left, bound)
        return drawn

    def key(self) -> int:
        """Draw a number that nothing else is likely to have, and that fits a PostgreSQL bigint."""
        return self.below(1 << 63)

    def choose(self, options: Sequence[T]) -> T:
        """Draw one of the options. There must be one."""
        return options[self.below(len(options))]

    def happens(self, percent: int) -> bool:
        """Draw True in so many of a hundred cases."""
        return self.below(100) < percent


def share(amount: int, weeks: int, week: int, phase: int) -> int:
    """Return how many of ``amount`` things fall into a week.

    Weeks are numbered without end; any ``weeks`` of them in a row hold exactly ``amount`` things. ``phase`` moves the
    weeks that have one more than others.
    """
    return ((week + 1) * amount + phase) // weeks - (week * amount + phase) // weeks
