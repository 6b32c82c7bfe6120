"""Demand, supply and price of every active service, in four statements however many services there are.

The windows are 7, 30 and 90 days before ``today``, both ends included; nothing after ``today`` counts, so a lesson that
is booked for next week is not demand that was met. Prices and durations are those of completed lessons; percentiles are
``percentile_disc``, so each is a price that somebody paid. Days of searches are days in UTC. A search belongs to the
service that it led to, or else to the one whose name or search term it repeats. Supply is what active instructors
have really opened for the coming seven days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('instainstru analytics'))")

_FORGET = text("""
    DELETE FROM service_analytics a USING service_catalog s WHERE s.id = a.service_catalog_id AND NOT s.is_active
""")

_CALCULATE = text("""
    WITH lesson AS (
        SELECT o.service_catalog_id AS service, b.booking_date, b.start_time, b.duration_minutes, b.total_price,
            b.status = 'COMPLETED' AS completed
        FROM bookings b
        JOIN instructor_services o ON o.id = b.instructor_service_id
        WHERE b.booking_date BETWEEN CAST(:today AS date) - 90 AND CAST(:today AS date)
    ), booked AS (
        SELECT service,
            count(*) FILTER (WHERE booking_date >= CAST(:today AS date) - 7) AS week,
            count(*) FILTER (WHERE booking_date >= CAST(:today AS date) - 30) AS month,
            avg(total_price) FILTER (WHERE completed) AS price,
            percentile_disc(0.25) WITHIN GROUP (ORDER BY total_price) FILTER (WHERE completed) AS price_25,
            percentile_disc(0.50) WITHIN GROUP (ORDER BY total_price) FILTER (WHERE completed) AS price_50,
            percentile_disc(0.75) WITHIN GROUP (ORDER BY total_price) FILTER (WHERE completed) AS price_75,
            mode() WITHIN GROUP (ORDER BY duration_minutes) FILTER (WHERE completed) AS duration,
            count(*) FILTER (WHERE completed)::float8 / count(*) AS completion
        FROM lesson
        GROUP BY service
    ), counted AS (
        SELECT service, kind, value, count(*) AS lessons
        FROM lesson
        CROSS JOIN LATERAL (VALUES
            ('duration', duration_minutes::text),
            ('hour', extract(hour FROM start_time)::text),
            ('day', lower(to_char(booking_date, 'FMDay')))
        ) AS facet (kind, value)
        WHERE completed
        GROUP BY service, kind, value
    ), spread AS (
        SELECT service,
            jsonb_object_agg(value, lessons) FILTER (WHERE kind = 'duration') AS durations,
            jsonb_object_agg(value, lessons) FILTER (WHERE kind = 'hour') AS hours,
            jsonb_object_agg(value, lessons) FILTER (WHERE kind = 'day') AS days
        FROM counted
        GROUP BY service
    ), term AS (
        SELECT DISTINCT ON (word) lower(btrim(said)) AS word, id AS service
        FROM service_catalog CROSS JOIN LATERAL unnest(name || search_terms) AS said
        WHERE is_active
        ORDER BY word, lower(btrim(name)) = lower(btrim(said)) DESC, id
    ), deed AS (
        SELECT search_event_id AS event, bool_or(interaction_type IN ('click', 'view_profile')) AS viewed,
            bool_or(interaction_type = 'book') AS booked
        FROM search_interactions
        GROUP BY search_event_id
    ), searched AS (
        SELECT coalesce(e.service_catalog_id, term.service) AS service,
            count(*) FILTER (
                WHERE e.searched_at >= (CAST(:today AS date) - 7)::timestamp AT TIME ZONE 'UTC'
            ) AS week,
            count(*) AS month,
            count(*) FILTER (WHERE deed.viewed) AS viewed,
            count(*) FILTER (WHERE deed.viewed AND deed.booked) AS booked
        FROM search_events e
        LEFT JOIN term ON e.service_catalog_id IS NULL AND term.word = lower(btrim(e.search_query))
        LEFT JOIN deed ON deed.event = e.id
        WHERE e.searched_at >= (CAST(:today AS date) - 30)::timestamp AT TIME ZONE 'UTC'
            AND e.searched_at < (CAST(:today AS date) + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY coalesce(e.service_catalog_id, term.service)
    ), open AS (
        SELECT instructor_id, extract(epoch FROM sum(end_time - start_time))::float8 / 3600 AS hours
        FROM availability_slots
        WHERE specific_date >= CAST(:today AS date) AND specific_date < CAST(:today AS date) + 7
        GROUP BY instructor_id
    ), offered AS (
        SELECT o.service_catalog_id AS service, count(*) AS instructors, coalesce(sum(open.hours), 0) AS hours
        FROM instructor_services o
        JOIN instructor_profiles p ON p.id = o.instructor_profile_id
        JOIN users u ON u.id = p.user_id AND u.is_active AND u.account_status = 'active'
        LEFT JOIN open ON open.instructor_id = u.id
        WHERE o.is_active
        GROUP BY o.service_catalog_id
    ), rated AS (
        SELECT service_catalog_id AS service, avg(rating)::float8 AS rating, count(*) AS reviews
        FROM reviews
        WHERE status = 'published'
        GROUP BY service_catalog_id
    ), fact AS (
        SELECT s.id, coalesce(searched.week, 0) AS s7, coalesce(searched.month, 0) AS s30,
            coalesce(searched.viewed, 0) AS v30, coalesce(booked.week, 0) AS b7, coalesce(booked.month, 0) AS b30,
            searched.viewed::float8 / nullif(searched.month, 0) AS search_to_view,
            searched.booked::float8 / nullif(searched.viewed, 0) AS view_to_booking,
            booked.price, booked.price_25, booked.price_50, booked.price_75, booked.duration, booked.completion,
            spread.durations, spread.hours AS peak_hours, spread.days, rated.rating, rated.reviews,
            offered.instructors, coalesce(offered.hours, 0) AS hours
        FROM service_catalog s
        LEFT JOIN booked ON booked.service = s.id
        LEFT JOIN spread ON spread.service = s.id
        LEFT JOIN searched ON searched.service = s.id
        LEFT JOIN offered ON offered.service = s.id
        LEFT JOIN rated ON rated.service = s.id
        WHERE s.is_active
    )
    INSERT INTO service_analytics (service_catalog_id, search_count_7d, search_count_30d, view_count_30d,
        booking_count_7d, booking_count_30d, search_to_view_rate, view_to_booking_rate, avg_price_booked,
        price_percentile_25, price_percentile_50, price_percentile_75, most_booked_duration, duration_distribution,
        peak_hours, peak_days, completion_rate, avg_rating, review_count, active_instructors, total_weekly_hours,
        supply_demand_ratio, demand_score, is_trending, last_calculated)
    SELECT id, s7, s30, v30, b7, b30, search_to_view, view_to_booking, round(price, 2), price_25, price_50, price_75,
        duration, coalesce(durations, '{}'), coalesce(peak_hours, '{}'), coalesce(days, '{}'), completion, rating,
        coalesce(reviews, 0), coalesce(instructors, 0), hours,
        hours / nullif(b30 / 4.3, 0),
        40 * least(s30 / 100.0, 1) + 40 * least(b30 / 20.0, 1) + 20 * coalesce(view_to_booking, 0),
        s7 / 7.0 > 1.2 * s30 / 30.0,
        now()
    FROM fact
    ON CONFLICT (service_catalog_id) DO UPDATE
    SET search_count_7d = excluded.search_count_7d, search_count_30d = excluded.search_count_30d,
        view_count_30d = excluded.view_count_30d, booking_count_7d = excluded.booking_count_7d,
        booking_count_30d = excluded.booking_count_30d, search_to_view_rate = excluded.search_to_view_rate,
        view_to_booking_rate = excluded.view_to_booking_rate, avg_price_booked = excluded.avg_price_booked,
        price_percentile_25 = excluded.price_percentile_25, price_percentile_50 = excluded.price_percentile_50,
        price_percentile_75 = excluded.price_percentile_75, most_booked_duration = excluded.most_booked_duration,
        duration_distribution = excluded.duration_distribution, peak_hours = excluded.peak_hours,
        peak_days = excluded.peak_days, completion_rate = excluded.completion_rate, avg_rating = excluded.avg_rating,
        review_count = excluded.review_count, active_instructors = excluded.active_instructors,
        total_weekly_hours = excluded.total_weekly_hours, supply_demand_ratio = excluded.supply_demand_ratio,
        demand_score = excluded.demand_score, is_trending = excluded.is_trending,
        last_calculated = excluded.last_calculated
""")

_RANK = text("""
    UPDATE service_catalog s
    SET display_order = ranked.place
    FROM (
        SELECT s.id, row_number() OVER (
            PARTITION BY s.category_id
            ORDER BY coalesce(2 * a.booking_count_30d + a.search_count_30d, 0) DESC, s.display_order, s.id
        ) AS place
        FROM service_catalog s
        LEFT JOIN service_analytics a ON a.service_catalog_id = s.id
    ) AS ranked
    WHERE ranked.id = s.id AND ranked.place <> s.display_order
""")


def calculate(connection: Connection, today: date) -> int:
    """Calculate all services afresh and reorder each category by demand; return how many services there were.

    The caller commits; an error undoes everything, so there are never figures of two days side by side.
    """
    connection.execute(_LOCK)  # a scheduled run and an operator's would wait for each other's rows
    connection.execute(_FORGET)
    calculated = connection.execute(_CALCULATE, {"today": today}).rowcount
    connection.execute(_RANK)
    return calculated
