"""Which lessons were held and which are booked, decided from the seed files and today's date alone.

A lesson's key depends on its week, not on the day of seeding, so a later run finds the lessons of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

from app.services.seeding.stable import choose, happens, number, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.services.seed_files import Instructor, Offering, SeedData, Slot

STEP = 30
"""Lessons start at every half hour of an open slot; minutes."""

T = TypeVar("T")
Status = Literal["CONFIRMED", "COMPLETED", "CANCELLED", "NO_SHOW"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One booking of the seeds; people by e-mail, the service by slug. ``cancelled_by`` is empty unless it was."""

    key: int
    student: str
    instructor: str
    service: str
    date: date
    start: time
    end: time
    minutes: int
    status: Status
    cancelled_by: str = ""


@dataclass(slots=True)
class Calendar:
    """Who is busy when, in minutes of a day."""

    taken: dict[tuple[str, int], list[tuple[int, int]]] = field(default_factory=dict)

    def free(self, person: str, day: int, start: int, end: int) -> bool:
        """Return whether nothing of this person's overlaps."""
        return all(
            end <= other_start or other_end <= start for other_start, other_end in self.taken.get((person, day), ())
        )

    def take(self, person: str, day: int, start: int, end: int) -> None:
        """Keep this time."""
        self.taken.setdefault((person, day), []).append((start, end))


def plan_lessons(data: SeedData, today: date) -> list[Lesson]:
    """Return the lessons of the past weeks, of this one and of those ahead, oldest week first.

    Before ``today`` each offering of an active instructor has its completed lessons and one that was cancelled or
    missed; from ``today`` on each active instructor has confirmed ones.
    """
    settings = data.settings
    this_week = (today.toordinal() - 1) // 7  # ordinal 1 was a Monday, so weeks run from Monday to Sunday
    past = [
        lesson
        for week in range(this_week - settings.weeks_back, this_week + 1)
        for lesson in _week(data, week, _held(data, week))
        if lesson.date < today
    ]
    ahead = [
        lesson
        for week in range(this_week, this_week + settings.weeks_ahead + 1)
        for lesson in _week(data, week, _upcoming(data, week))
        if lesson.date >= today
    ]
    return past + ahead


def bookable(data: SeedData) -> list[Instructor]:
    """Return the instructors whose accounts are active."""
    return [instructor for instructor in data.instructors if instructor.status == "active"]


Wish = tuple["Instructor", "Offering", "Status", int]


def _held(data: SeedData, week: int) -> Iterator[Wish]:
    weeks, amount = data.settings.weeks_back, data.settings.completed_bookings_per_offering
    for instructor in bookable(data):
        for offering in instructor.services:
            names = (instructor.email, offering.service)
            for place in range(share(amount, weeks, week, "held", *names)):
                yield instructor, offering, "COMPLETED", place
            if share(1, weeks, week, "lost", *names):
                lost: Status = "CANCELLED" if happens(70, "cancelled", week, *names) else "NO_SHOW"
                yield instructor, offering, lost, amount


def _upcoming(data: SeedData, week: int) -> Iterator[Wish]:
    weeks, amount = data.settings.weeks_ahead, data.settings.upcoming_bookings_per_instructor
    for instructor in bookable(data):
        for place in range(share(amount, weeks, week, "upcoming", instructor.email)):
            yield instructor, choose(instructor.services, "upcoming", week, place, instructor.email), "CONFIRMED", place


def _week(data: SeedData, week: int, wishes: Iterable[Wish]) -> Iterator[Lesson]:
    """Give each wish the first time at which the instructor and a student are free; a wish without one is dropped."""
    patterns = {pattern.name: pattern.slots for pattern in data.patterns}
    students = [student.email for student in data.students if not student.admin]
    calendar = Calendar()
    monday = date.fromordinal(week * 7 + 1)
    for instructor, offering, status, place in wishes:
        names = (week, instructor.email, offering.service, status, place)
        minutes = choose(offering.duration_options, "minutes", *names)
        starts = _starts(patterns[instructor.availability], minutes)
        found = _find(calendar, instructor, _turn(students, *names), _turn(starts, *names), minutes)
        if found is None:
            continue
        student, day, start = found
        calendar.take(instructor.email, day, start, start + minutes + instructor.buffer_time_minutes)
        calendar.take(student, day, start, start + minutes)
        yield Lesson(
            key=number("lesson", *names),
            student=student,
            instructor=instructor.email,
            service=offering.service,
            date=monday + timedelta(days=day),
            start=_clock(start),
            end=_clock(start + minutes),
            minutes=minutes,
            status=status,
            cancelled_by=choose((student, instructor.email), "by", *names) if status == "CANCELLED" else "",
        )


def _find(
    calendar: Calendar, instructor: Instructor, students: Sequence[str], starts: Sequence[tuple[int, int]], minutes: int
) -> tuple[str, int, int] | None:
    for day, start in starts:
        if calendar.free(instructor.email, day, start, start + minutes + instructor.buffer_time_minutes):
            for student in students:
                if calendar.free(student, day, start, start + minutes):
                    return student, day, start
    return None


def _starts(slots: Iterable[Slot], minutes: int) -> list[tuple[int, int]]:
    return [
        (slot.weekday, start)
        for slot in slots
        for start in range(_minutes(slot.start), _minutes(slot.end) - minutes + 1, STEP)
    ]


def _turn(options: Sequence[T], *names: object) -> Sequence[T]:
    """Return the options in their order, begun somewhere that belongs to the names."""
    first = number("turn", *names) % len(options) if options else 0
    return [*options[first:], *options[:first]]


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
