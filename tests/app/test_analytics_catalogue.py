from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from app.models import Booking, InstructorService, SearchEvent, ServiceAnalytics
from app.services import analytics

from .conftest import TODAY


def test_four_statements_are_enough_for_the_whole_catalogue(prepared):
    counted = []
    event.listen(prepared.engine, "before_cursor_execute", count := lambda *call: counted.append(call[2]))
    assert analytics.calculate(prepared, TODAY) > 200
    event.remove(prepared.engine, "before_cursor_execute", count)
    assert len(counted) == 4


def test_the_figures_of_the_seeds_agree_with_counting_by_hand(prepared):
    lessons = prepared.execute(
        select(InstructorService.service_catalog_id, Booking.booking_date, Booking.total_price, Booking.status).join(
            InstructorService, InstructorService.id == Booking.instructor_service_id
        )
    ).all()
    searches = prepared.execute(select(SearchEvent.service_catalog_id, SearchEvent.searched_at)).all()
    booked, asked = Counter(), Counter()
    prices: dict[int, list[Decimal]] = {}
    for service, day, price, status in lessons:
        booked[service] += TODAY - timedelta(days=30) <= day <= TODAY
        if status == "COMPLETED" and day >= TODAY - timedelta(days=90):
            prices.setdefault(service, []).append(price)
    for service, moment in searches:
        asked[service] += TODAY - timedelta(days=30) <= moment.astimezone(UTC).date() <= TODAY
    found = prepared.execute(select(ServiceAnalytics.__table__)).all()
    assert sum(row.booking_count_30d for row in found) > 100
    for row in found:
        paid = sorted(prices.get(row.service_catalog_id, []))
        assert row.booking_count_30d == booked[row.service_catalog_id]
        assert row.search_count_30d == asked[row.service_catalog_id]
        assert row.price_percentile_50 == (paid[(len(paid) - 1) // 2] if paid else None)
        assert row.avg_price_booked == (pytest.approx(sum(paid) / len(paid), abs=Decimal("0.005")) if paid else None)
