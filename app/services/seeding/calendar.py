"""When a lesson can be: the starts that a pattern allows, and the times that people still have. Times are minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import time

    from app.services.seed_files import Pattern

T = TypeVar("T")

STEP = 30
"""Lessons start at every half hour of an open slot."""

Start = tuple[int, int]
"""A weekday (0 is Monday) and a minute of that day."""


class Timetable:
    """The starts that each pattern of a week allows."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._slots = {pattern.name: pattern.slots for pattern in patterns}
        self._starts: dict[tuple[str, int], list[Start]] = {}

    def starts(self, pattern: str, minutes: int) -> list[Start]:
        """Return every start from which a lesson of this length ends inside the slot."""
        known = self._starts.get((pattern, minutes))
        if known is None:
            known = self._starts[pattern, minutes] = [
                (slot.weekday, start)
                for slot in self._slots[pattern]
                for start in range(_minutes(slot.start), _minutes(slot.end) - minutes + 1, STEP)
            ]
        return known


class Calendar:
    """Who is busy when in one week."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, int], list[tuple[int, int]]] = {}

    def find(
        self, starts: Iterable[Start], teaching: tuple[str, int], learning: tuple[Iterable[str], int]
    ) -> tuple[str, int, int] | None:
        """Return student, weekday and start of the first lesson that everybody has time for, and keep that time.

        ``teaching`` is the instructor and for how long one is busy, the pause after the lesson included; ``learning``
        is who could learn, in order of preference, and for how long.
        """
        instructor, busy = teaching
        candidates, minutes = learning
        students = tuple(candidates)
        for day, start in starts:
            if not self._free(instructor, day, start, start + busy):
                continue
            for student in students:
                if self._free(student, day, start, start + minutes):
                    self._take(instructor, day, start, start + busy)
                    self._take(student, day, start, start + minutes)
                    return student, day, start
        return None

    def _free(self, person: str, day: int, start: int, end: int) -> bool:
        taken = self._taken.get((person, day), ())
        return all(end <= other_start or other_end <= start for other_start, other_end in taken)

    def _take(self, person: str, day: int, start: int, end: int) -> None:
        self._taken.setdefault((person, day), []).append((start, end))


def rotate(options: Sequence[T], first: int) -> Iterable[T]:
    """Yield the options in their order, from one of them round to the one before it."""
    for place in range(first, first + len(options)):
        yield options[place % len(options)]


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
