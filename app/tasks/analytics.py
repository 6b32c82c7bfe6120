"""Keep the figures of the services fresh."""

from __future__ import annotations

from datetime import UTC, datetime

from celery import shared_task
from celery.utils.log import get_task_logger
from sqlalchemy.exc import OperationalError

from app.db import engine
from app.services.analytics import calculate

_log = get_task_logger(__name__)


@shared_task(  # type: ignore[untyped-decorator]
    name="app.tasks.analytics.calculate_analytics", autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3
)
def calculate_analytics() -> dict[str, str | int]:
    """Calculate demand, supply and price of every active service as of today (UTC); return the day and how many."""
    today = datetime.now(UTC).date()
    with engine().begin() as connection:
        services = calculate(connection, today)
    _log.info("calculated %d services as of %s", services, today)
    return {"date": today.isoformat(), "services": services}
