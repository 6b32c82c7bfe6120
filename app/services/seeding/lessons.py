"""Which lessons were held and which are booked, decided from the seed files and today's date alone.

A lesson's key depends on its week, not on the day of seeding, so a later run finds the lessons of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Literal

from app.services.seeding.calendar import Calendar, Timetable, rotate
from app.services.seeding.stable import Lot, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.services.seed_files import Instructor, Offering, SeedData

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


def plan_lessons(data: SeedData, today: date) -> list[Lesson]:
    """Return the lessons of the past weeks, of this one and of those ahead, oldest week first.

    Before ``today`` each offering of an active instructor has its completed lessons and one that was cancelled or
    missed; from ``today`` on each active instructor has confirmed ones.
    """
    settings, timetable = data.settings, Timetable(data.patterns)
    this_week = (today.toordinal() - 1) // 7  # ordinal 1 was a Monday, so weeks run from Monday to Sunday
    past = [
        lesson
        for week in range(this_week - settings.weeks_back, this_week + 1)
        for lesson in _week(data, timetable, week, _held(data, week))
        if lesson.date < today
    ]
    ahead = [
        lesson
        for week in range(this_week, this_week + settings.weeks_ahead + 1)
        for lesson in _week(data, timetable, week, _upcoming(data, week))
        if lesson.date >= today
    ]
    return past + ahead


def bookable(data: SeedData) -> list[Instructor]:
    """Return the instructors whose accounts are active."""
    return [instructor for instructor in data.instructors if instructor.status == "active"]


@dataclass(frozen=True, slots=True)
class _Wish:
    """A lesson that has no time yet; ``place`` tells apart those of one week."""

    instructor: Instructor
    offering: Offering
    status: Status
    place: int


def _held(data: SeedData, week: int) -> Iterator[_Wish]:
    weeks, amount = data.settings.weeks_back, data.settings.completed_bookings_per_offering
    if not weeks:
        return
    for instructor in bookable(data):
        for offering in instructor.services:
            lot = Lot("offering", instructor.email, offering.service)
            for place in range(share(amount, weeks, week, lot.below(weeks))):
                yield _Wish(instructor, offering, "COMPLETED", place)
            if share(1, weeks, week, lot.below(weeks)):
                yield _Wish(instructor, offering, "CANCELLED" if lot.happens(70) else "NO_SHOW", amount)


def _upcoming(data: SeedData, week: int) -> Iterator[_Wish]:
    weeks, amount = data.settings.weeks_ahead, data.settings.upcoming_bookings_per_instructor
    if not weeks:
        return
    for instructor in bookable(data):
        phase = Lot("instructor", instructor.email).below(weeks)
        for place in range(share(amount, weeks, week, phase)):
            offering = Lot("upcoming", week, place, instructor.email).choose(instructor.services)
            yield _Wish(instructor, offering, "CONFIRMED", place)


def _week(data: SeedData, timetable: Timetable, week: int, wishes: Iterable[_Wish]) -> Iterator[Lesson]:
    """Give each wish the first time at which the instructor and a student are free; a wish without one is dropped."""
    students = [student.email for student in data.students if not student.admin]
    calendar = Calendar()
    monday = date.fromordinal(week * 7 + 1)
    for wish in wishes:
        instructor, buffer = wish.instructor.email, wish.instructor.buffer_time_minutes
        lot = Lot("lesson", week, instructor, wish.offering.service, wish.status, wish.place)
        key, minutes = lot.key(), lot.choose(wish.offering.duration_options)
        starts = timetable.starts(wish.instructor.availability, minutes)
        first_start, first_student = lot.below(len(starts) or 1), lot.below(len(students) or 1)
        found = calendar.find(
            rotate(starts, first_start), (instructor, minutes + buffer), (rotate(students, first_student), minutes)
        )
        if found is None:
            continue
        student, day, start = found
        yield Lesson(
            key=key,
            student=student,
            instructor=instructor,
            service=wish.offering.service,
            date=monday + timedelta(days=day),
            start=_clock(start),
            end=_clock(start + minutes),
            minutes=minutes,
            status=wish.status,
            cancelled_by=lot.choose((student, instructor)) if wish.status == "CANCELLED" else "",
        )


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
