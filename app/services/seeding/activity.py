"""What made-up people did: lessons, reviews, searches. INT and STG only.

Each row is recognised by its seed key, so a second run adds only what is new. Where a person's own booking has taken
the time, the seed's lesson is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from app.services.seeding.merging import Row, merge
from app.services.seeding.stable import Lot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from app.services.seed_files import SeedSettings
    from app.services.seeding.lessons import Lesson
    from app.services.seeding.searches import Search

REVIEWED = 60
"""Completed lessons with a review, in a hundred."""

# A lesson of an earlier run that was still ahead then has been held since.
_SETTLE = text("""
    UPDATE bookings
    SET status = 'COMPLETED', completed_at = (booking_date + end_time) AT TIME ZONE 'UTC', updated_at = now()
    WHERE seed_key IS NOT NULL AND status = 'CONFIRMED' AND booking_date < :today
""")
_LESSONS = """
    INSERT INTO bookings (student_id, instructor_id, instructor_service_id, booking_date, start_time, end_time,
        service_name, hourly_rate, total_price, duration_minutes, status, completed_at, cancelled_at, cancelled_by_id,
        seed_key)
    SELECT student.id, instructor.id, o.id, seed.date, seed.start, seed."end", s.name, o.hourly_rate,
        round(o.hourly_rate * seed.minutes / 60, 2), seed.minutes, seed.status,
        CASE WHEN seed.status = 'COMPLETED' THEN (seed.date + seed."end") AT TIME ZONE 'UTC' END,
        CASE WHEN seed.status = 'CANCELLED' THEN (seed.date - 1 + seed.start) AT TIME ZONE 'UTC' END,
        canceller.id, seed.key
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (
        key bigint, student text, instructor text, service text, date date, start time, "end" time, minutes int,
        status text, cancelled_by text
    )
    JOIN users student ON student.email = seed.student
    JOIN users instructor ON instructor.email = seed.instructor
    LEFT JOIN users canceller ON canceller.email = seed.cancelled_by
    JOIN instructor_profiles p ON p.user_id = instructor.id
    JOIN service_catalog s ON s.slug = seed.service
    JOIN instructor_services o ON o.instructor_profile_id = p.id AND o.service_catalog_id = s.id AND o.is_active
    ON CONFLICT DO NOTHING
"""
_REVIEWS = """
    INSERT INTO reviews (booking_id, student_id, instructor_id, service_catalog_id, rating, review_text, created_at,
        updated_at)
    SELECT b.id, b.student_id, b.instructor_id, o.service_catalog_id, seed.rating, seed.text,
        b.completed_at + interval '3 hours', b.completed_at + interval '3 hours'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (key bigint, rating int, text text)
    JOIN bookings b ON b.seed_key = seed.key AND b.status = 'COMPLETED'
    JOIN instructor_services o ON o.id = b.instructor_service_id
    ON CONFLICT (booking_id) DO NOTHING
"""
_SEARCHES = """
    INSERT INTO search_events (user_id, guest_session_id, search_query, search_type, service_catalog_id, results_count,
        searched_at, session_id, seed_key)
    SELECT u.id, nullif(seed.guest, ''), seed.query, seed.kind, s.id, seed.results, seed.at, nullif(seed.guest, ''),
        seed.key
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (
        key bigint, student text, guest text, query text, kind text, service text, results int, at timestamptz
    )
    LEFT JOIN users u ON u.email = seed.student
    LEFT JOIN service_catalog s ON s.slug = seed.service
    ON CONFLICT (seed_key) DO NOTHING
"""
# Interactions have no key of their own: those of an event are written together, once.
_INTERACTIONS = """
    INSERT INTO search_interactions (search_event_id, interaction_type, instructor_id, result_position,
        time_to_interaction, created_at)
    SELECT e.id, seed.kind, u.id, seed.position, seed.seconds, e.searched_at + seed.seconds * interval '1 second'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (
        event bigint, kind text, instructor text, position int, seconds double precision
    )
    JOIN search_events e ON e.seed_key = seed.event
    LEFT JOIN users u ON u.email = seed.instructor
    WHERE NOT EXISTS (SELECT FROM search_interactions i WHERE i.search_event_id = e.id)
"""
_HISTORY = text("""
    INSERT INTO search_history AS old (user_id, search_query, normalized_query, search_type, results_count,
        search_count, first_searched_at, last_searched_at)
    SELECT user_id, min(search_query), lower(search_query), min(search_type), max(results_count), count(*),
        min(searched_at), max(searched_at)
    FROM search_events
    WHERE seed_key IS NOT NULL AND user_id IS NOT NULL
    GROUP BY user_id, lower(search_query)
    ON CONFLICT (user_id, normalized_query) DO UPDATE
    SET search_count = greatest(old.search_count, excluded.search_count),
        last_searched_at = greatest(old.last_searched_at, excluded.last_searched_at)
    WHERE old.search_count < excluded.search_count OR old.last_searched_at < excluded.last_searched_at
""")


def write_lessons(connection: Connection, lessons: Sequence[Lesson], today: date) -> int:
    """Complete the lessons that time has passed and add those that are new; return how many rows were written."""
    settled = connection.execute(_SETTLE, {"today": today}).rowcount
    return settled + merge(
        connection,
        _LESSONS,
        [
            {
                "key": lesson.key,
                "student": lesson.student,
                "instructor": lesson.instructor,
                "service": lesson.service,
                "date": lesson.date,
                "start": lesson.start,
                "end": lesson.end,
                "minutes": lesson.minutes,
                "status": lesson.status,
                "cancelled_by": lesson.cancelled_by,
            }
            for lesson in lessons
        ],
    )


def write_reviews(connection: Connection, lessons: Sequence[Lesson], settings: SeedSettings) -> int:
    """Add a review to most completed lessons."""
    if not settings.review_texts:
        return 0
    rows: list[Row] = []
    for lesson in lessons:
        lot = Lot("review", lesson.key)
        if lesson.status == "COMPLETED" and lot.happens(REVIEWED):
            review = lot.choose(settings.review_texts)
            rows.append({"key": lesson.key, "rating": review.rating, "text": review.text})
    return merge(connection, _REVIEWS, rows)


def write_searches(connection: Connection, searches: Sequence[Search]) -> int:
    """Add the searches that are new."""
    return merge(
        connection,
        _SEARCHES,
        [
            {
                "key": search.key,
                "student": search.student,
                "guest": search.guest,
                "query": search.query,
                "kind": search.kind,
                "service": search.service,
                "results": search.results,
                "at": search.at.isoformat(),
            }
            for search in searches
        ],
    )


def write_interactions(connection: Connection, searches: Sequence[Search]) -> int:
    """Add what was done with the results of searches that have nothing yet."""
    return merge(
        connection,
        _INTERACTIONS,
        [
            {
                "event": deed.event,
                "kind": deed.kind,
                "instructor": deed.instructor,
                "position": deed.position,
                "seconds": deed.seconds,
            }
            for search in searches
            for deed in search.interactions
        ],
    )


def write_history(connection: Connection) -> int:
    """Sum the seeds' searches up in each student's own list; counts only ever grow."""
    return connection.execute(_HISTORY).rowcount
