"""Chance without dice: numbers that depend on nothing but their names, the same in every process and on every day."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def number(*names: object) -> int:
    """Return a number from 0 to 2^63 - 1 (a PostgreSQL bigint) that belongs to these names."""
    digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def choose(options: Sequence[T], *names: object) -> T:
    """Return the option that belongs to these names. There must be one."""
    return options[number(*names) % len(options)]


def happens(percent: int, *names: object) -> bool:
    """Return True for about this many in a hundred names."""
    return number("percent", *names) % 100 < percent


def share(amount: int, weeks: int, week: int, *names: object) -> int:
    """Return how many of ``amount`` things fall into a week.

    Weeks are numbered without end; any ``weeks`` of them in a row hold exactly ``amount`` things.
    """
    phase = number("share", *names) % weeks
    return ((week + 1) * amount + phase) // weeks - (week * amount + phase) // weeks
