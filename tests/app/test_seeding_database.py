from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import bcrypt
import pytest
from sqlalchemy import event, func, insert, select, text

from app.db import engine
from app.models import Base, Booking, Category, InstructorService, SearchHistory, Service, User
from app.services.seeding import seed
from tierguard.errors import SettingMismatch

TODAY = date(2026, 3, 11)
REFERENCE = {"roles", "service_categories", "service_catalog"}


def write(url, seeds, *, today=TODAY, reference_only=False, **options):
    with engine(url).begin() as connection:
        return seed(connection, seeds, reference_only=reference_only, today=today, **options)


def run(url, statement, rows=None):
    with engine(url).begin() as connection:
        result = connection.execute(statement, rows) if rows else connection.execute(statement)
        return result.all() if result.returns_rows else result.rowcount


def rows(url, *, but=()):
    """Return every row of every table, so that two states can be compared."""
    with engine(url).connect() as connection:
        return {
            name: sorted(connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars())
            for name in Base.metadata.tables
            if name not in but
        }


def test_a_second_run_changes_nothing(database, seeds):
    first = write(database, seeds)
    before = rows(database)
    second = write(database, seeds)
    assert rows(database) == before
    assert second.total == 0
    assert first.rows["service_catalog"] == len(seeds.services)
    assert first.rows["users"] == len(seeds.instructors) + len(seeds.students)
    assert {table for table, count in first.rows.items() if not count} == {"roles"}  # a revision inserted them
    assert {table: len(found) for table, found in before.items() if table in first.rows and table != "roles"} == {
        table: count for table, count in first.rows.items() if table != "roles"
    }


def test_two_databases_get_the_same_people_and_doings(database, seeds, seeded):
    write(database, seeds)
    same = select(Booking.seed_key, Booking.booking_date, Booking.total_price, Booking.status).order_by(
        Booking.seed_key
    )
    people = select(User.email, User.hashed_password).order_by(User.email)
    assert run(database, same) == run(seeded, same)
    assert run(database, people) == run(seeded, people)


def test_reference_data_is_all_that_prod_gets(database, seeds):
    summary = write(database, seeds, reference_only=True)
    found = {table for table, kept in rows(database).items() if kept}
    assert found == REFERENCE
    assert summary.rows.keys() == REFERENCE
    assert write(database, seeds, reference_only=True).total == 0


def test_reference_data_follows_the_files_and_leaves_the_rest_to_its_owners(database, seeds):
    write(database, seeds, reference_only=True)
    run(
        database,
        text(
            "UPDATE service_catalog SET description = 'old', is_active = false, display_order = 77 WHERE slug = 'piano'"
        ),
    )
    run(database, text("UPDATE service_categories SET subtitle = 'old' WHERE slug = 'music'"))
    run(
        database,
        insert(Service),
        [{"category_id": run(database, select(Category.id))[0][0], "slug": "own", "name": "Own"}],
    )
    summary = write(database, seeds, reference_only=True)
    assert {table: count for table, count in summary.rows.items() if count} == {
        "service_categories": 1,
        "service_catalog": 1,
    }
    piano = run(
        database, select(Service.description, Service.is_active, Service.display_order).where(Service.slug == "piano")
    )
    assert piano == [(next(one.description for one in seeds.services if one.slug == "piano"), False, 77)]
    assert run(database, select(Service.name).where(Service.slug == "own")) == [("Own",)]
    assert run(database, select(func.count()).where(Category.subtitle == "old")) == [(0,)]


def test_related_services_are_linked_both_up_and_down_the_files(seeded, seeds):
    slugs = dict(map(tuple, run(seeded, select(Service.id, Service.slug))))
    linked = {
        slug: tuple(slugs[number] for number in numbers)
        for slug, numbers in run(seeded, select(Service.slug, Service.related_services))
    }
    assert linked == {service.slug: service.related for service in seeds.services}
    assert any(linked.values())


def test_a_service_that_leaves_the_files_stays_in_the_database(database, seeds):
    write(database, seeds, reference_only=True)
    write(database, dataclasses.replace(seeds, services=seeds.services[1:]), reference_only=True)
    assert run(database, select(func.count()).select_from(Service)) == [(len(seeds.services),)]


def test_peoples_own_rows_outlive_a_second_run(database, seeds):
    write(database, seeds)
    own = {"email": "kim@company.test", "hashed_password": "x", "full_name": "Kim"}
    run(database, insert(User), [own])
    taken = run(database, select(Booking).where(Booking.status == "CONFIRMED").order_by(Booking.id).limit(1))[0]
    run(database, text(f"DELETE FROM bookings WHERE id = {taken.id}"))
    kim = run(database, select(User.id).where(User.email == own["email"]))[0][0]
    lesson = {
        "student_id": kim,
        "instructor_id": taken.instructor_id,
        "instructor_service_id": taken.instructor_service_id,
        "booking_date": taken.booking_date,
        "start_time": taken.start_time,
        "end_time": taken.end_time,
        "service_name": "Kim's own",
        "hourly_rate": 1,
        "total_price": 1,
        "duration_minutes": taken.duration_minutes,
    }
    run(database, insert(Booking), [lesson])
    before = rows(database)
    assert write(database, seeds).rows["bookings"] == 0  # the hour is Kim's now
    assert rows(database) == before


def test_an_offering_that_somebody_switched_off_stays_off(database, seeds):
    write(database, seeds)
    run(
        database,
        text("UPDATE instructor_services SET is_active = false WHERE id = (SELECT min(id) FROM instructor_services)"),
    )
    before = run(database, select(InstructorService.id, InstructorService.is_active).order_by(InstructorService.id))
    write(database, seeds)
    assert (
        run(database, select(InstructorService.id, InstructorService.is_active).order_by(InstructorService.id))
        == before
    )


def test_a_later_run_holds_the_lessons_that_were_ahead_and_repeats_nothing(database, seeds):
    write(database, seeds)
    before = {row.seed_key: row.status for row in run(database, select(Booking.seed_key, Booking.status))}
    ahead = select(Booking.id).where(Booking.status == "CONFIRMED").order_by(Booking.booking_date).limit(1)
    own = run(database, ahead)[0].id
    run(database, text(f"UPDATE bookings SET seed_key = NULL WHERE id = {own}"))  # as if a person had booked it
    later = TODAY + timedelta(days=10)
    write(database, seeds, today=later)
    after = run(
        database, select(Booking.id, Booking.seed_key, Booking.status, Booking.booking_date, Booking.completed_at)
    )
    for row in after:
        if row.seed_key is not None:
            assert (row.status == "CONFIRMED") == (row.booking_date >= later)
            assert (row.completed_at is not None) == (row.status == "COMPLETED")
    assert [row.status for row in after if row.id == own] == ["CONFIRMED"]
    assert len(after) > len(before)
    assert write(database, seeds, today=later).total == 0


def test_the_password_is_hashed_once_and_lets_an_account_in(seeded, seeds):
    hashes = run(seeded, select(User.hashed_password).distinct())
    assert len(hashes) == 1
    assert bcrypt.checkpw(seeds.settings.password.encode(), hashes[0][0].encode())
    assert not bcrypt.checkpw(b"something else", hashes[0][0].encode())


def test_accounts_have_the_roles_and_states_of_the_files(seeded, seeds):
    query = text("""
        SELECT u.email, r.name, u.account_status, u.is_active
        FROM users u JOIN user_roles ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id
    """)
    expected = {(one.email, "instructor", one.status, one.status == "active") for one in seeds.instructors}
    expected |= {(one.email, "admin" if one.admin else "student", "active", True) for one in seeds.students}
    assert {tuple(row) for row in run(seeded, query)} == expected


def test_slots_open_today_and_end_with_the_last_whole_week(seeded, seeds):
    days = run(seeded, text("SELECT min(specific_date), max(specific_date) FROM availability_slots"))
    assert days[0][0] == TODAY
    assert (
        TODAY + timedelta(days=7 * seeds.settings.weeks_ahead - 3)
        <= days[0][1]
        <= date(2026, 3, 15) + timedelta(weeks=4)
    )
    pattern = {one.name: one for one in seeds.patterns}
    instructor = next(one for one in seeds.instructors if one.status == "active")
    monday = run(
        seeded,
        text(
            "SELECT start_time, end_time FROM availability_slots a JOIN users u ON u.id = a.instructor_id "
            "WHERE email = :email AND specific_date = :day ORDER BY 1"
        ).bindparams(email=instructor.email, day=date(2026, 3, 12)),
    )
    assert [tuple(row) for row in monday] == [
        (slot.start, slot.end) for slot in pattern[instructor.availability].slots if slot.weekday == 3
    ]


def test_suspended_instructors_are_there_but_cannot_be_booked(seeded, seeds):
    idle = [one.email for one in seeds.instructors if one.status != "active"]
    assert idle
    count = text("""
        SELECT count(p.id), count(a.id) FROM users u JOIN instructor_profiles p ON p.user_id = u.id
        LEFT JOIN availability_slots a ON a.instructor_id = u.id WHERE u.email = ANY(:idle)
    """)
    assert run(seeded, count.bindparams(idle=idle)) == [(len(idle), 0)]


def test_a_price_is_the_rate_times_the_hours(seeded):
    wrong = text(
        "SELECT count(*) FROM bookings WHERE total_price <> round(hourly_rate * duration_minutes / 60, 2) "
        "OR end_time - start_time <> duration_minutes * interval '1 minute'"
    )
    assert run(seeded, wrong) == [(0,)]


def test_reviews_are_of_completed_lessons_and_come_after_them(seeded, seeds):
    reviews = run(
        seeded,
        text(
            "SELECT b.status, r.created_at > b.completed_at AS later, r.rating, r.review_text "
            "FROM reviews r JOIN bookings b ON b.id = r.booking_id"
        ),
    )
    assert {(row.status, row.later) for row in reviews} == {("COMPLETED", True)}
    assert {(row.rating, row.review_text) for row in reviews} <= {
        (one.rating, one.text) for one in seeds.settings.review_texts
    }
    held = run(seeded, select(func.count()).where(Booking.status == "COMPLETED"))[0][0]
    assert 0.45 < len(reviews) / held < 0.75


def test_history_sums_the_events_up_and_never_shrinks(database, seeds):
    write(database, seeds)
    total = run(database, text("SELECT count(*) FROM search_events WHERE user_id IS NOT NULL"))
    assert run(database, select(func.sum(SearchHistory.search_count))) == total
    before = run(database, select(SearchHistory.last_searched_at))
    run(database, text("UPDATE search_history SET search_count = 1000"))
    write(database, seeds, today=TODAY + timedelta(days=7))
    grown = select(func.count(), func.min(SearchHistory.search_count)).where(SearchHistory.search_count > 999)
    assert run(database, grown) == [(len(before), 1000)]
    assert run(database, select(func.max(SearchHistory.last_searched_at)))[0][0] > max(row[0] for row in before)


def test_an_address_that_could_be_a_persons_is_refused_before_any_account_is_made(database, seeds):
    student = dataclasses.replace(seeds.students[0], email="somebody@gmail.com")
    with pytest.raises(SettingMismatch, match=r"somebody@gmail\.com"):
        write(database, dataclasses.replace(seeds, students=(student,)))
    assert run(database, select(func.count()).select_from(Service)) == [(0,)]


def test_what_fails_half_way_leaves_nothing(database, seeds):
    def stop(done, total):
        if done == total - 1:
            raise KeyboardInterrupt

    before = rows(database)
    with pytest.raises(KeyboardInterrupt):
        write(database, seeds, progress=stop)
    assert rows(database) == before


def test_progress_counts_the_tables(database, seeds):
    seen = []
    summary = write(database, seeds, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(n, len(summary.rows)) for n in range(1, len(summary.rows) + 1)]


def test_the_number_of_statements_does_not_grow_with_the_data(database, seeds):
    counted = []
    listening = engine(database)
    event.listen(listening, "before_cursor_execute", lambda *call: counted.append(call[2]))
    few = dataclasses.replace(seeds, instructors=seeds.instructors[:2])
    write(database, few)
    small = len(counted)
    write(database, seeds)
    assert len(counted) - small == small <= 20
