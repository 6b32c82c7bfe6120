"""The order in which seeds are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.services.seeding import activity, catalogue, people
from app.services.seeding.lessons import plan_lessons
from app.services.seeding.searches import plan_searches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from app.services.seed_files import SeedData


@dataclass(frozen=True, slots=True)
class SeedSummary:
    """How many rows of each table were inserted or changed; 0 everywhere when everything was there already."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return the number of rows written in all tables."""
        return sum(self.rows.values())


def seed(
    connection: Connection,
    data: SeedData,
    *,
    reference_only: bool,
    today: date,
    progress: Callable[[int, int], None] | None = None,
) -> SeedSummary:
    """Write the seeds in the caller's transaction, which the caller commits.

    With ``reference_only`` (PROD) just roles, categories and services; otherwise people and what they did too, the
    latter around ``today``. Running it again changes only what differs from the files, duplicates nothing and leaves
    everybody else's rows alone. ``progress`` is told how many tables are done of how many.

    Raises:
        SettingMismatch: An address of the seed files could be a real person's.
    """
    # Two at once would wait for each other's rows in different orders.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('instainstru seed'))"))
    steps: dict[str, Callable[[], int]] = {
        "roles": lambda: catalogue.write_roles(connection),
        "service_categories": lambda: catalogue.write_categories(connection, data),
        "service_catalog": lambda: catalogue.write_services(connection, data),
    }
    if not reference_only:
        lessons, searches = plan_lessons(data, today), plan_searches(data, today)
        steps |= {
            "users": lambda: people.write_users(connection, data),
            "user_roles": lambda: people.write_user_roles(connection, data),
            "instructor_profiles": lambda: people.write_profiles(connection, data),
            "instructor_services": lambda: people.write_offerings(connection, data),
            "availability_slots": lambda: people.write_slots(connection, data, today),
            "bookings": lambda: activity.write_lessons(connection, lessons, today),
            "reviews": lambda: activity.write_reviews(connection, lessons, data.settings),
            "search_events": lambda: activity.write_searches(connection, searches),
            "search_interactions": lambda: activity.write_interactions(connection, searches),
            "search_history": lambda: activity.write_history(connection),
        }
    rows: dict[str, int] = {}
    for table, write in steps.items():
        rows[table] = write()
        if progress:
            progress(len(rows), len(steps))
    return SeedSummary(rows)
