from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from sqlalchemy import Identity, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import (
    AvailabilitySlot,
    Base,
    Booking,
    Category,
    InstructorProfile,
    InstructorService,
    Review,
    SearchEvent,
    SearchHistory,
    SearchInteraction,
    Service,
    ServiceAnalytics,
    Subcategory,
    User,
    UserRole,
)

DAY = date(2026, 3, 12)


@pytest.fixture
def world(connection):
    """Give one row of everything, with numbers below 0, where the server's own never are."""
    for model, rows in {
        User: [
            {"id": -n, "email": f"u{n}@example.com", "hashed_password": "x", "full_name": "U"} for n in (1, 2, 3, 4)
        ],
        Category: [{"id": -n, "slug": f"c{n}", "name": "C"} for n in (1, 2)],
        Subcategory: [{"id": -1, "category_id": -1, "slug": "s", "name": "S"}],
        Service: [{"id": -n, "category_id": -1, "slug": f"s{n}", "name": "S"} for n in (1, 2)],
        InstructorProfile: [{"id": -n, "user_id": -n} for n in (1, 2)],
        InstructorService: [
            {"id": -n, "instructor_profile_id": -n, "service_catalog_id": -1, "hourly_rate": 50} for n in (1, 2)
        ],
        Booking: [lesson()],
        SearchEvent: [{"id": -1, "search_query": "q"}],
    }.items():
        connection.execute(insert(model), rows)
    return connection


def lesson(**changes):
    return {
        "id": -1,
        "student_id": -3,
        "instructor_id": -1,
        "instructor_service_id": -1,
        "booking_date": DAY,
        "start_time": time(10),
        "end_time": time(11),
        "service_name": "S",
        "hourly_rate": Decimal(50),
        "total_price": Decimal(50),
        "duration_minutes": 60,
    } | changes


def offering(**changes):
    return {"instructor_profile_id": -1, "service_catalog_id": -2, "hourly_rate": 50} | changes


def review(**changes):
    people = {"booking_id": -1, "student_id": -3, "instructor_id": -1}
    return people | {"service_catalog_id": -1, "rating": 5} | changes


REFUSED = [
    (User, {"email": "u1@example.com", "hashed_password": "x", "full_name": "U"}, "uq_users_email"),
    (User, {"email": "n", "hashed_password": "x", "full_name": "U", "account_status": "x"}, "ck_users_account_status"),
    (UserRole, {"user_id": 99, "role_id": 1}, "fk_user_roles_user_id"),
    (Category, {"slug": "c1", "name": "C"}, "uq_service_categories_slug"),
    (Subcategory, {"category_id": -1, "slug": "other", "name": "S"}, "uq_service_subcategories_category_id_name"),
    (Subcategory, {"category_id": -1, "slug": "s", "name": "Other"}, "uq_service_subcategories_category_id_slug"),
    (Service, {"category_id": -1, "slug": "s1", "name": "S"}, "uq_service_catalog_slug"),
    (
        Service,
        {"category_id": -2, "subcategory_id": -1, "slug": "n", "name": "S"},
        "fk_service_catalog_subcategory_id_category_id",
    ),
    (InstructorProfile, {"user_id": -1}, "uq_instructor_profiles_user_id"),
    (InstructorProfile, {"user_id": -3, "years_experience": -1}, "ck_instructor_profiles_years_experience"),
    (InstructorService, offering(service_catalog_id=-1), "uq_instructor_services_active"),
    (InstructorService, offering(hourly_rate=0), "ck_instructor_services_hourly_rate"),
    (InstructorService, offering(duration_options=[]), "ck_instructor_services_duration_options_present"),
    (InstructorService, offering(duration_options=[14]), "ck_instructor_services_duration_options_range"),
    (InstructorService, offering(duration_options=[721]), "ck_instructor_services_duration_options_range"),
    (
        AvailabilitySlot,
        {"instructor_id": -1, "specific_date": DAY, "start_time": time(10), "end_time": time(10)},
        "ck_availability_slots_times",
    ),
    (Booking, lesson(id=-2, student_id=-4, start_time=time(10, 30)), "ex_bookings_instructor_id"),
    (
        Booking,
        lesson(id=-2, instructor_id=-2, instructor_service_id=-2, start_time=time(9), end_time=time(10, 1)),
        "ex_bookings_student_id",
    ),
    (Booking, lesson(id=-2, booking_date=DAY.replace(day=1), status="LOST"), "ck_bookings_status"),
    (Booking, lesson(id=-2, booking_date=DAY.replace(day=1), start_time=time(12)), "ck_bookings_times"),
    (Booking, lesson(id=-2, booking_date=DAY.replace(day=1), student_id=-1), "ck_bookings_people"),
    (Booking, lesson(id=-2, booking_date=DAY.replace(day=1), total_price=-1), "ck_bookings_total_price"),
    (Review, review(rating=0), "ck_reviews_rating"),
    (Review, review(rating=6), "ck_reviews_rating"),
    (SearchHistory, {"search_query": "q", "normalized_query": "q"}, "ck_search_history_one_owner"),
    (
        SearchHistory,
        {"user_id": -1, "guest_session_id": "g", "search_query": "q", "normalized_query": "q"},
        "ck_search_history_one_owner",
    ),
    (SearchEvent, {"search_query": "q", "search_type": "psychic"}, "ck_search_events_search_type"),
    (
        SearchInteraction,
        {"search_event_id": -1, "interaction_type": "stare"},
        "ck_search_interactions_interaction_type",
    ),
    (ServiceAnalytics, {"service_catalog_id": -1, "demand_score": 101}, "ck_service_analytics_demand_score"),
]


@pytest.mark.parametrize(
    ("model", "row", "constraint"), REFUSED, ids=[f"{n}-{row[2]}" for n, row in enumerate(REFUSED)]
)
def test_the_server_itself_refuses_a_wrong_row(world, model, row, constraint):
    with pytest.raises(IntegrityError) as refused:
        world.execute(insert(model), [row])
    assert refused.value.orig.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "row",
    [
        lesson(id=-2, start_time=time(11), end_time=time(12)),
        lesson(id=-2, status="CANCELLED"),
        lesson(id=-2, student_id=-4, instructor_id=-2, instructor_service_id=-2),
        lesson(id=-2, booking_date=DAY.replace(day=13)),
    ],
    ids=["right after", "cancelled", "other people", "next day"],
)
def test_a_lesson_that_takes_nobodys_time_is_accepted(world, row):
    world.execute(insert(Booking), [row])
    assert len(world.execute(select(Booking.id)).all()) == 2


def test_an_offering_that_was_switched_off_leaves_room_for_another(world):
    world.execute(insert(InstructorService), [offering(service_catalog_id=-1, is_active=False)])
    world.execute(insert(InstructorService), [offering(service_catalog_id=-1, is_active=False)])
    assert len(world.execute(select(InstructorService).where(InstructorService.instructor_profile_id == -1)).all()) == 3


def test_a_booking_has_one_review(world):
    world.execute(insert(Review), [review()])
    with pytest.raises(IntegrityError, match="uq_reviews_booking_id"):
        world.execute(insert(Review), [review()])


def test_a_service_in_use_cannot_be_deleted_and_an_account_takes_its_own_rows_along(world):
    with pytest.raises(IntegrityError, match="fk_instructor_services_service_catalog_id"), world.begin_nested():
        world.exec_driver_sql("DELETE FROM service_catalog WHERE id = -1")
    world.exec_driver_sql("DELETE FROM users WHERE id = -2")
    assert world.execute(select(InstructorService.id)).scalars().all() == [-1]


def test_the_mapped_classes_read_through_their_relationships(world):
    with Session(world) as session:
        booked = session.get_one(Booking, -1)
        assert (booked.student.email, booked.instructor.email) == ("u3@example.com", "u1@example.com")
        profile = session.scalars(select(InstructorProfile).where(InstructorProfile.user == booked.instructor)).one()
        assert [one.service.category.slug for one in profile.offerings] == ["c1"]
        assert booked.created_at.tzinfo is not None


def test_every_numbered_table_is_numbered_by_the_server_in_64_bits():
    for table in Base.metadata.tables.values():
        if "id" in table.c:
            assert isinstance(table.c.id.server_default, Identity)
            assert str(table.c.id.type) == "BIGINT"
