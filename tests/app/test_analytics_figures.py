from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

from app.models import (
    AvailabilitySlot,
    Booking,
    Category,
    InstructorProfile,
    InstructorService,
    Review,
    SearchEvent,
    SearchInteraction,
    Service,
    ServiceAnalytics,
    User,
)
from app.services import analytics

from .conftest import TODAY

PIANO, DRUMS, SILENT = -3, -2, -1
TEACHER, IDLE, STUDENT = -1, -2, -3


@pytest.fixture
def school(connection):
    """Give three services, an active teacher of two of them and a suspended one, without any doings."""
    rows = {
        User: [
            {"id": TEACHER, "email": "t@example.com", "account_status": "active"},
            {"id": IDLE, "email": "i@example.com", "account_status": "suspended"},
            {"id": STUDENT, "email": "s@example.com", "account_status": "active"},
        ],
        Category: [{"id": -1, "slug": "music", "name": "Music"}],
        Service: [
            {"id": PIANO, "slug": "piano", "name": "Piano", "search_terms": ["keys", "Drums"], "display_order": 2},
            {"id": DRUMS, "slug": "drums", "name": "Drums", "search_terms": ["beats"], "display_order": 1},
            {"id": SILENT, "slug": "silence", "name": "Silence", "search_terms": [], "display_order": 3},
        ],
        InstructorProfile: [{"id": n, "user_id": n} for n in (TEACHER, IDLE)],
        InstructorService: [
            {"id": PIANO, "instructor_profile_id": TEACHER, "service_catalog_id": PIANO},
            {"id": DRUMS, "instructor_profile_id": TEACHER, "service_catalog_id": DRUMS},
            {"id": -9, "instructor_profile_id": IDLE, "service_catalog_id": PIANO},
        ],
    }
    for row in rows[User]:
        row |= {"hashed_password": "x", "full_name": "X"}
    for row in rows[Service]:
        row |= {"category_id": -1}
    for row in rows[InstructorService]:
        row |= {"hourly_rate": 10}
    for model, content in rows.items():
        connection.execute(insert(model), content)
    return connection


def book(connection, days, price, *, minutes=60, hour=9, **changes):
    """Book a lesson so many days from today and return its number."""
    row = {
        "student_id": STUDENT,
        "instructor_id": TEACHER,
        "instructor_service_id": PIANO,
        "booking_date": TODAY + timedelta(days=days),
        "start_time": time(hour),
        "end_time": time(hour + minutes // 60, minutes % 60),
        "service_name": "x",
        "hourly_rate": 10,
        "total_price": price,
        "duration_minutes": minutes,
        "status": "COMPLETED",
    }
    return connection.execute(insert(Booking).returning(Booking.id), [row | changes]).scalar_one()


def search(connection, days, *, at=time(12), deeds=(), **changes):
    """Search for the piano so many days from today, and do things with the results."""
    moment = datetime.combine(TODAY + timedelta(days=days), at, tzinfo=UTC)
    row = {"search_query": "x", "service_catalog_id": PIANO, "searched_at": moment}
    number = connection.execute(insert(SearchEvent).returning(SearchEvent.id), [row | changes]).scalar_one()
    for deed in deeds:
        connection.execute(insert(SearchInteraction), [{"search_event_id": number, "interaction_type": deed}])


def say(connection, days, words):
    """Search with words alone, without knowing where they lead."""
    search(connection, days, search_query=words, service_catalog_id=None)


def figures(connection, service=PIANO):
    assert analytics.calculate(connection, TODAY) == 3
    return connection.execute(
        select(ServiceAnalytics.__table__).where(ServiceAnalytics.service_catalog_id == service)
    ).one()


def test_a_service_without_any_doings_has_zeros_and_unknowns(school):
    found = figures(school, SILENT)
    assert (found.booking_count_30d, found.search_count_30d, found.demand_score, found.is_trending) == (0, 0, 0, False)
    unknown = ("avg_price_booked", "price_percentile_50", "most_booked_duration", "completion_rate", "avg_rating")
    unknown += ("search_to_view_rate", "view_to_booking_rate", "supply_demand_ratio")
    assert {name: getattr(found, name) for name in unknown} == dict.fromkeys(unknown)
    assert (found.duration_distribution, found.peak_hours, found.peak_days) == ({}, {}, {})


@pytest.mark.parametrize(
    ("days", "week", "month", "priced"),
    [
        (1, 0, 0, False),
        (0, 1, 1, True),
        (-7, 1, 1, True),
        (-8, 0, 1, True),
        (-30, 0, 1, True),
        (-31, 0, 0, True),
        (-90, 0, 0, True),
        (-91, 0, 0, False),
    ],
)
def test_windows_end_today_and_include_both_ends(school, days, week, month, priced):
    book(school, days, 10)
    found = figures(school)
    assert (found.booking_count_7d, found.booking_count_30d) == (week, month)
    assert (found.avg_price_booked is not None) == priced


def test_prices_are_of_completed_lessons_and_percentiles_are_prices_that_were_paid(school):
    for days, price in enumerate((10, 20, 30, 70), start=1):
        book(school, -days, price)
    book(school, -5, 1000, status="CANCELLED")
    book(school, -6, 1000, status="NO_SHOW")
    found = figures(school)
    assert found.avg_price_booked == Decimal("32.50")
    assert (found.price_percentile_25, found.price_percentile_50, found.price_percentile_75) == (10, 20, 30)
    assert found.completion_rate == pytest.approx(4 / 6)
    assert found.booking_count_7d == 6


def test_durations_hours_and_days_are_counted_over_completed_lessons(school):
    for days, minutes, hour in ((-1, 60, 9), (-2, 60, 10), (-8, 90, 9)):
        book(school, days, 10, minutes=minutes, hour=hour)
    book(school, -3, 10, minutes=30, status="CANCELLED")
    found = figures(school)
    assert found.most_booked_duration == 60
    assert found.duration_distribution == {"60": 2, "90": 1}
    assert found.peak_hours == {"9": 2, "10": 1}
    assert found.peak_days == {"monday": 1, "tuesday": 2}


def test_supply_is_what_active_instructors_have_open_for_seven_days(school):
    slots = [(TEACHER, 0, 9, 12), (TEACHER, 6, 10, 11), (TEACHER, 7, 9, 12), (TEACHER, -1, 9, 12), (IDLE, 1, 9, 12)]
    names = ("instructor_id", "specific_date", "start_time", "end_time")
    rows = [(who, TODAY + timedelta(days=days), time(start), time(end)) for who, days, start, end in slots]
    school.execute(insert(AvailabilitySlot), [dict(zip(names, row, strict=True)) for row in rows])
    book(school, -1, 10)
    book(school, -2, 10)
    found = figures(school)
    assert (found.active_instructors, found.total_weekly_hours) == (1, 4)
    assert found.supply_demand_ratio == pytest.approx(4 / (2 / 4.3))


def test_a_search_counts_where_it_led_or_else_where_its_words_are(school):
    search(school, -1)
    say(school, -8, "  KEYS ")  # a search term of the piano, in other letters
    say(school, -2, "drums")  # the name of one service wins over the search term of another
    search(school, -2, search_query="keys", service_catalog_id=DRUMS)
    say(school, -3, "tuba")
    assert (figures(school).search_count_7d, figures(school).search_count_30d) == (1, 2)
    assert figures(school, DRUMS).search_count_30d == 2


@pytest.mark.parametrize(
    ("days", "at", "week", "month"),
    [
        (0, time(23, 59), 1, 1),
        (1, time(0), 0, 0),
        (-7, time(0), 1, 1),
        (-8, time(23, 59), 0, 1),
        (-30, time(0), 0, 1),
        (-31, time(23, 59), 0, 0),
    ],
)
def test_search_windows_are_whole_days_in_utc_whatever_the_session_says(school, days, at, week, month):
    school.execute(text("SET LOCAL TimeZone = 'Pacific/Auckland'"))
    search(school, days, at=at)
    assert (figures(school).search_count_7d, figures(school).search_count_30d) == (week, month)


def test_rates_are_shares_of_searches(school):
    for deeds in ((), ("click", "book"), ("view_profile", "click"), ("click", "bookmark"), ("book",)):
        search(school, -1, deeds=deeds)
    found = figures(school)
    assert found.view_count_30d == 3
    assert found.search_to_view_rate == pytest.approx(3 / 5)
    assert found.view_to_booking_rate == pytest.approx(1 / 3)  # a booking without a view is not a view's


def test_demand_is_forty_for_searches_forty_for_bookings_and_twenty_for_conversion(school):
    for days in range(1, 11):
        book(school, -days, 10)
    for _ in range(25):
        search(school, -1, deeds=("click", "book"))
    assert figures(school).demand_score == pytest.approx(40 * 25 / 100 + 40 * 10 / 20 + 20)


def test_demand_ends_at_a_hundred(school):
    for days in range(30):
        book(school, -days, 10)
    for _ in range(120):
        search(school, -1, deeds=("click", "book"))
    assert figures(school).demand_score == 100


@pytest.mark.parametrize(
    ("recent", "older", "trending"), [(1, 0, True), (2, 4, True), (2, 6, False), (0, 5, False), (0, 0, False)]
)
def test_a_trend_is_a_fifth_more_a_day_than_the_month(school, recent, older, trending):
    for _ in range(recent):
        search(school, -1)
    for _ in range(older):
        search(school, -20)
    assert figures(school).is_trending is trending


def test_only_published_reviews_are_rated(school):
    for days, rating, status in ((-1, 5, "published"), (-2, 4, "published"), (-3, 1, "removed")):
        row = {"booking_id": book(school, days, 10), "student_id": STUDENT, "instructor_id": TEACHER}
        school.execute(insert(Review), [row | {"service_catalog_id": PIANO, "rating": rating, "status": status}])
    found = figures(school)
    assert (found.avg_rating, found.review_count) == (4.5, 2)


def test_the_wanted_move_up_in_their_category_and_the_rest_keep_their_order(school):
    search(school, -1, service_catalog_id=SILENT)
    figures(school)
    order = select(Service.slug).order_by(Service.display_order)
    assert school.execute(order).scalars().all() == ["silence", "drums", "piano"]
    book(school, -1, 10)  # a booking weighs as much as two searches
    figures(school)
    assert school.execute(order).scalars().all() == ["piano", "silence", "drums"]


@pytest.mark.parametrize("order", list(permutations(("piano", "drums", "silence"))), ids=" ".join)
def test_without_demand_the_order_stays_as_it_is(school, order):
    for place, slug in enumerate(order, start=1):
        school.execute(text("UPDATE service_catalog SET display_order = :n WHERE slug = :s"), {"n": place, "s": slug})
    figures(school)
    assert tuple(school.execute(select(Service.slug).order_by(Service.display_order)).scalars()) == order


def test_figures_of_a_service_that_is_no_longer_offered_are_dropped(school):
    figures(school)
    school.execute(text("UPDATE service_catalog SET is_active = false WHERE slug = 'piano'"))
    assert analytics.calculate(school, TODAY) == 2
    assert school.execute(select(ServiceAnalytics).where(ServiceAnalytics.service_catalog_id == PIANO)).all() == []


def test_a_second_run_replaces_the_figures(school):
    book(school, -1, 10)
    assert figures(school).booking_count_7d == 1
    school.execute(text("DELETE FROM bookings"))
    found = figures(school)
    assert (found.booking_count_7d, found.avg_price_booked, found.peak_days) == (0, None, {})


def test_an_error_is_raised_and_leaves_the_old_figures(school):
    figures(school)
    with school.begin_nested() as attempt:
        school.execute(text("ALTER TABLE reviews DROP COLUMN rating"))
        with pytest.raises(ProgrammingError, match="rating"):
            analytics.calculate(school, TODAY)
        attempt.rollback()
    assert len(school.execute(select(ServiceAnalytics)).all()) == 3
