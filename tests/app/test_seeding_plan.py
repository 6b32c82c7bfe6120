from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.seeding.calendar import Calendar, Timetable, rotate
from app.services.seeding.lessons import plan_lessons
from app.services.seeding.searches import plan_searches
from app.services.seeding.stable import Lot, share

TODAY = date(2026, 3, 11)


@pytest.fixture(scope="module")
def lessons(seeds):
    return plan_lessons(seeds, TODAY)


@pytest.fixture(scope="module")
def searches(seeds):
    return plan_searches(seeds, TODAY)


@given(st.integers(0, 50), st.integers(1, 60), st.integers(100_000, 110_000), st.integers(0, 59))
def test_any_weeks_in_a_row_hold_the_whole_amount(amount, weeks, first, phase):
    shares = [share(amount, weeks, week, phase) for week in range(first, first + weeks)]
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1


def test_chance_is_the_same_in_another_process():
    program = "from app.services.seeding.stable import Lot; lot = Lot('a', 1); print(lot.key(), lot.below(1000))"
    lot = Lot("a", 1)
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert printed == {f"{lot.key()} {lot.below(1000)}\n"}


def test_chance_depends_on_every_name_and_on_where_one_ends():
    assert len({Lot(*names).key() for names in [("a", "b"), ("b", "a"), ("ab",), ("a", "b", "")]}) == 4


def test_about_a_fifth_happens_in_a_fifth_of_the_cases():
    assert 350 < sum(Lot("percent", n).happens(20) for n in range(2000)) < 450


def test_rotating_starts_anywhere_and_leaves_nothing_out():
    assert list(rotate("abc", 1)) == ["b", "c", "a"]
    assert list(rotate("", 0)) == []


def test_a_calendar_gives_a_time_once_and_keeps_the_pause_after_it():
    calendar = Calendar()
    starts = [(0, 600), (0, 630), (0, 660), (0, 690)]
    found = [calendar.find(starts, ("teacher", 75), (("ann", "bob"), 60)) for _ in range(3)]
    assert found == [("ann", 0, 600), ("ann", 0, 690), None]
    assert calendar.find(starts, ("other", 60), (("ann",), 60)) is None
    assert calendar.find(starts, ("other", 60), (("ann", "bob"), 60)) == ("bob", 0, 600)


def test_a_lesson_ends_inside_its_slot(seeds):
    timetable = Timetable(seeds.patterns)
    for pattern in seeds.patterns:
        assert timetable.starts(pattern.name, 24 * 60) == []
        for weekday, start in timetable.starts(pattern.name, 45):
            assert any(
                slot.weekday == weekday
                and slot.start.hour * 60 + slot.start.minute <= start
                and start + 45 <= slot.end.hour * 60 + slot.end.minute
                for slot in pattern.slots
            )


def test_each_offering_of_an_active_instructor_was_taught_as_often_as_the_settings_say(seeds, lessons):
    held = Counter((lesson.instructor, lesson.service) for lesson in lessons if lesson.status == "COMPLETED")
    active = {
        (one.email, offering.service)
        for one in seeds.instructors
        if one.status == "active"
        for offering in one.services
    }
    assert held.keys() == active
    amount = seeds.settings.completed_bookings_per_offering
    assert {*held.values()} <= {amount, amount + 1}  # this week's days before today are on top


def test_every_active_instructor_has_something_ahead(seeds, lessons):
    ahead = Counter(lesson.instructor for lesson in lessons if lesson.status == "CONFIRMED")
    assert ahead.keys() == {one.email for one in seeds.instructors if one.status == "active"}
    assert min(ahead.values()) >= seeds.settings.upcoming_bookings_per_instructor


def test_what_is_past_ended_somehow_and_what_is_ahead_is_confirmed(lessons):
    assert {lesson.status for lesson in lessons if lesson.date < TODAY} == {"COMPLETED", "CANCELLED", "NO_SHOW"}
    assert {lesson.status for lesson in lessons if lesson.date >= TODAY} == {"CONFIRMED"}
    for lesson in lessons:
        by = {lesson.student, lesson.instructor} if lesson.status == "CANCELLED" else {""}
        assert lesson.cancelled_by in by


def test_nobody_is_in_two_lessons_at_once(lessons):
    days = {}
    for lesson in lessons:
        for person in (lesson.student, lesson.instructor):
            days.setdefault((person, lesson.date), []).append(lesson)
    for together in days.values():
        assert not [
            pair for pair in combinations(together, 2) if pair[0].start < pair[1].end and pair[1].start < pair[0].end
        ]


@pytest.mark.parametrize("days", [1, 6, 7, 30])
def test_a_later_day_finds_the_lessons_of_an_earlier_one(seeds, lessons, days):
    later = {lesson.key: lesson for lesson in plan_lessons(seeds, TODAY + timedelta(days=days))}
    start = TODAY + timedelta(days=days) - timedelta(days=7 * seeds.settings.weeks_back)
    kept = [lesson for lesson in lessons if start <= lesson.date < TODAY]
    assert len(kept) > 100
    assert [later[lesson.key] for lesson in kept] == kept


def test_keys_are_used_once(lessons, searches):
    keys = [row.key for row in [*lessons, *searches]]
    assert len({*keys}) == len(keys)
    assert max(keys) < 2**63


@pytest.mark.parametrize("nothing", ["weeks_back", "weeks_ahead"])
def test_no_weeks_mean_no_rows(seeds, nothing):
    settings = dataclasses.replace(seeds.settings, **({"weeks_back": 2, "weeks_ahead": 2} | {nothing: 0}))
    data = dataclasses.replace(seeds, settings=settings)
    kinds = {lesson.date < TODAY for lesson in plan_lessons(data, TODAY)}
    assert kinds == {nothing == "weeks_ahead"}
    assert bool(plan_searches(data, TODAY)) == (nothing == "weeks_ahead")


def test_searches_fill_every_past_day_and_none_later(seeds, searches):
    days = Counter(search.at.date() for search in searches)
    first = TODAY - timedelta(days=7 * seeds.settings.weeks_back)
    assert sorted(days) == [first + timedelta(days=n) for n in range(7 * seeds.settings.weeks_back)]
    assert 10 <= min(days.values()) <= max(days.values()) <= 19
    assert max(search.at for search in searches) < datetime(2026, 3, 11, tzinfo=UTC)


def test_a_search_is_a_students_or_a_guests(seeds, searches):
    students = {student.email for student in seeds.students if not student.admin}
    assert {search.student for search in searches} - {""} == students
    assert all(bool(search.student) != bool(search.guest) for search in searches)


def test_a_phrase_leads_to_the_service_that_it_is_about(searches):
    meant = {search.query: search.service for search in searches}
    assert meant["learn to play keyboard"] in {"piano", "keyboard-synth"}
    assert meant["chess for children"] == "kids-chess"


def test_a_booking_follows_a_view_and_its_instructor_teaches_the_service(seeds, searches):
    offered = {(one.email, offering.service) for one in seeds.instructors for offering in one.services}
    kinds = Counter()
    for search in searches:
        deeds = [deed.kind for deed in search.interactions]
        kinds.update(deeds)
        assert not deeds or deeds[0] in {"click", "view_profile"}
        assert all((deed.instructor, search.service) in offered for deed in search.interactions)
    assert {"click", "view_profile", "bookmark", "book"} == kinds.keys()
