from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from support.api import NOON, Clock, client_of, copy_of

from app.db import engine
from app.services.bookings import ZONE, price

# An offering, and a day on which its instructor has a slot of at least four hours and no lesson yet.
FREE = text("""
    SELECT o.id, o.hourly_rate, o.duration_options[1] AS minutes, u.id AS instructor, s.specific_date AS day,
        s.start_time AS opens, s.end_time AS closes
    FROM availability_slots s
    JOIN users u ON u.id = s.instructor_id AND u.account_status = 'active'
    JOIN instructor_profiles p ON p.user_id = u.id
    JOIN instructor_services o ON o.instructor_profile_id = p.id AND o.is_active
    WHERE s.specific_date > :today + 4 AND s.end_time - s.start_time >= interval '4 hours'
        AND NOT EXISTS (SELECT FROM bookings b WHERE b.instructor_id = u.id AND b.booking_date = s.specific_date)
    ORDER BY s.specific_date, o.id LIMIT 1
""")

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture(scope="module")
def url(server, seeded):
    with copy_of(server, seeded) as copied:
        yield copied


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def api(url, clock):
    return client_of(url, clock)


RULES = text("""
    UPDATE instructor_profiles SET buffer_time_minutes = 15, min_advance_booking_hours = 24 WHERE user_id = :instructor
""")


@pytest.fixture
def free(url):
    """Give an offering and a day on which nobody has a lesson yet."""
    with engine(url).begin() as connection:
        connection.execute(text("DELETE FROM bookings WHERE seed_key IS NULL"))
        found = connection.execute(FREE, {"today": NOON.date()}).one()._mapping
        connection.execute(RULES, found)
        connection.execute(text("DELETE FROM bookings WHERE booking_date = :day"), found)
    return SimpleNamespace(**found)


def wish(free, start=None, **changes):
    return {
        "student_email": "Mei.Tanaka@example.com",
        "instructor_service_id": free.id,
        "booking_date": free.day.isoformat(),
        "start_time": (start or free.opens).strftime("%H:%M"),
        "duration_minutes": free.minutes,
    } | changes


def later(moment: time, minutes: int) -> time:
    return (datetime.combine(NOON.date(), moment) + timedelta(minutes=minutes)).time()


def book(api, free, start=None, **changes):
    return api.post("/api/bookings", json=wish(free, start, **changes))


def test_a_booking_keeps_the_price_of_its_moment(api, free, url):
    made = book(api, free, student_note="first lesson")
    assert made.status_code == 201
    body = made.json()
    assert (body["status"], body["student_note"]) == ("CONFIRMED", "first lesson")
    assert body["end_time"] == later(free.opens, free.minutes).isoformat()
    assert Decimal(body["total_price"]) == price(free.hourly_rate, free.minutes) > 0
    with engine(url).begin() as connection:
        connection.execute(text("UPDATE instructor_services SET hourly_rate = 999 WHERE id = :id"), {"id": free.id})
    assert api.get(f"/api/bookings/{body['id']}").json() == body


def test_a_price_is_rounded_to_the_cent():
    assert price(Decimal("100.00"), 50) == Decimal("83.33")


def test_a_taken_time_is_409_for_everybody(api, free):
    assert book(api, free).status_code == 201
    assert book(api, free).status_code == 409
    assert book(api, free, student_email="luca.ferrante@example.com").status_code == 409


def test_a_student_cannot_be_in_two_lessons_at_once(api, free, url):
    other = text("""
        SELECT o.id FROM instructor_services o JOIN instructor_profiles p ON p.id = o.instructor_profile_id
        JOIN users u ON u.id = p.user_id AND u.account_status = 'active'
        JOIN availability_slots s ON s.instructor_id = u.id AND s.specific_date = :day
            AND s.start_time <= :opens AND s.end_time > :opens + interval '2 hours'
        WHERE u.id <> :instructor AND :minutes = ANY (o.duration_options) AND o.is_active AND NOT EXISTS (
            SELECT FROM bookings b WHERE b.instructor_id = u.id AND b.booking_date = :day)
        LIMIT 1
    """)
    with engine(url).begin() as connection:
        second = connection.execute(other, vars(free)).scalar_one()
    assert book(api, free).status_code == 201
    refused = book(api, free, instructor_service_id=second)
    assert (refused.status_code, refused.json()["detail"]) == (409, "that time is taken")


def test_the_instructors_break_between_lessons_is_kept(api, free):
    assert book(api, free).status_code == 201
    after = later(free.opens, free.minutes)
    assert book(api, free, start=later(after, 14)).status_code == 409
    assert book(api, free, start=later(after, 15)).status_code == 201


def test_a_lesson_may_run_from_one_slot_into_the_next(api, free, url):
    with engine(url).begin() as connection:
        connection.execute(
            text("""
                WITH gone AS (DELETE FROM availability_slots WHERE instructor_id = :instructor AND specific_date = :day)
                INSERT INTO availability_slots (instructor_id, specific_date, start_time, end_time)
                VALUES (:instructor, :day, '09:00', '09:10'), (:instructor, :day, '09:10', '13:10')
            """),
            vars(free),
        )
    assert book(api, free, start=time(9)).status_code == 201


@pytest.mark.parametrize("minutes_before_the_end", [-1, 0, 1])
def test_a_lesson_ends_within_the_slot(api, free, minutes_before_the_end):
    start = later(free.closes, -free.minutes - minutes_before_the_end)
    assert book(api, free, start=start).status_code == (409 if minutes_before_the_end < 0 else 201)


def test_notice_is_counted_to_the_minute_in_new_york(api, free, clock):
    starts = datetime.combine(free.day, free.opens, tzinfo=ZONE)
    clock.moment = starts - timedelta(hours=24) + timedelta(minutes=1)
    assert "24 hours" in book(api, free).json()["detail"]
    clock.moment = starts - timedelta(hours=24)
    assert book(api, free).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"duration_minutes": 17}, 409),
        ({"booking_date": "2026-03-10"}, 409),
        ({"start_time": "23:50"}, 409),
        ({"student_email": "nobody@example.com"}, 404),
        ({"instructor_service_id": 10**9}, 404),
        ({"student_id": 1}, 422),
        ({"student_email": None}, 422),
        ({"student_email": "a\x00b"}, 422),
        ({"student_note": "a\x00b"}, 422),
        ({"start_time": "10:00:30"}, 422),
        ({"start_time": "10:00+02:00"}, 422),
        ({"duration_minutes": 721}, 422),
        ({"instructor_service_id": 2**63}, 422),
        ({"booking_date": "2026-02-30"}, 422),
        ({"total_price": 0}, 422),
    ],
)
def test_what_cannot_be_booked_says_why(api, free, changes, status):
    refused = book(api, free, **changes)
    assert (refused.status_code, bool(refused.json()["detail"])) == (status, True)


def test_suspended_people_take_no_part(api, free, url):
    suspend = text("UPDATE users SET account_status = :status WHERE email = 'theo.baptiste@example.com' OR id = :id")
    with engine(url).begin() as connection:
        connection.execute(suspend, {"status": "suspended", "id": 0})
    assert book(api, free, student_email="theo.baptiste@example.com").status_code == 409
    with engine(url).begin() as connection:
        connection.execute(suspend, {"status": "suspended", "id": free.instructor})
    assert book(api, free).json()["detail"] == "this is no longer offered"
    with engine(url).begin() as connection:
        connection.execute(suspend, {"status": "active", "id": free.instructor})


def test_cancelling_frees_the_time_once_and_for_all(api, free):
    number = book(api, free).json()["id"]
    cancelled = api.post(f"/api/bookings/{number}/cancel", json={"by": "instructor"}).json()
    assert (cancelled["status"], cancelled["cancelled_by_id"]) == ("CANCELLED", free.instructor)
    assert api.post(f"/api/bookings/{number}/cancel").json() == cancelled
    assert book(api, free).status_code == 201
    assert api.post(f"/api/bookings/{number}/complete").status_code == 409


def test_a_lesson_is_completed_when_it_has_ended_and_stays_so(api, free, clock):
    number = book(api, free).json()["id"]
    assert api.post(f"/api/bookings/{number}/complete").status_code == 409
    clock.moment = datetime.combine(free.day, later(free.opens, free.minutes), tzinfo=ZONE)
    completed = api.post(f"/api/bookings/{number}/complete").json()
    assert (completed["status"], bool(completed["completed_at"])) == ("COMPLETED", True)
    clock.advance(hours=1)
    assert api.post(f"/api/bookings/{number}/complete").json() == completed
    assert api.post(f"/api/bookings/{number}/cancel").status_code == 409


def test_an_unknown_booking_is_404(api):
    assert api.get("/api/bookings/123456789").status_code == 404
    assert api.post("/api/bookings/123456789/cancel").status_code == 404


def test_of_many_who_want_the_same_time_exactly_one_gets_it(api, free):
    emails = ["hannah.osei", "luca.ferrante", "mei.tanaka", "omar.haddad", "ruth.lindqvist"]
    with ThreadPoolExecutor(len(emails)) as together:
        codes = list(together.map(lambda who: book(api, free, student_email=f"{who}@example.com").status_code, emails))
    assert sorted(codes) == [201, 409, 409, 409, 409]
