"""Preparing INT: seeding against raw COPY, and the analytics' statements, in a copy of the checkout.

Floors: COPY of the very rows that seeding wrote, into the same tables of the same server, committed once.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import timing
from sqlalchemy import Connection, event
from support.checkout import move_in

from app.db import engine
from app.models import Base
from app.ops import pipeline
from app.services import analytics
from app.services.seeding.lessons import plan_lessons
from app.services.seeding.searches import plan_searches

if TYPE_CHECKING:
    from app.services.seed_files import SeedData


def main() -> None:
    """Measure on the copy's INT."""
    move_in()
    data = pipeline.read_seeds()
    planning = min(plan(data) for _ in range(5))
    print(f"{'planning bookings and searches':<44} {planning * 1e3:9.2f} ms")
    timing.report("seeding, planning included", timing.compare(lambda: seed(data), copy, runs=5), "no target")
    timing.report(
        "seeding, the writing alone", timing.compare(lambda: seed(data) - planning, copy, runs=5), "at most 2"
    )
    with engine().connect() as connection:
        print(f"{'analytics':<44} {count_statements(connection):9d} statements, at most 10")


def plan(data: SeedData) -> float:
    """Time deciding which bookings and searches there were, before anything is written."""
    started = time.perf_counter()
    plan_lessons(data, pipeline.today())
    plan_searches(data, pipeline.today())
    return time.perf_counter() - started


def seed(data: SeedData) -> float:
    """Time writing the seeds into a migrated, empty database."""
    with engine().begin() as connection:
        pipeline.reset(connection)
        pipeline.migrate(connection)
    with engine().begin() as connection:
        started = time.perf_counter()
        pipeline.seed(connection, data, reference_only=False)
    return time.perf_counter() - started


def copy() -> float:
    """Time COPY of all the seeded rows into the very same tables, emptied, with all their indexes and constraints."""
    with engine().begin() as connection:
        tables = [table.name for table in Base.metadata.sorted_tables]
        cursor = connection.connection.cursor()
        rows = {}
        for name in tables:
            with cursor.copy(f'COPY "{name}" TO STDOUT') as source:
                rows[name] = b"".join(source)
        cursor.execute("TRUNCATE {}".format(", ".join(f'"{name}"' for name in tables)))
    with engine().begin() as connection:
        cursor = connection.connection.cursor()
        started = time.perf_counter()
        for name in tables:
            with cursor.copy(f'COPY "{name}" FROM STDIN') as sink:
                sink.write(rows[name])
    return time.perf_counter() - started


def count_statements(connection: Connection) -> int:
    """Return how many statements calculating all analytics takes."""
    seen = []
    event.listen(connection, "before_cursor_execute", lambda *event_: seen.append(event_[2]))
    analytics.calculate(connection, pipeline.today())
    return len(seen)


if __name__ == "__main__":
    main()
