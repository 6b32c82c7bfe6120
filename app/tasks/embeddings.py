"""Keep the catalogue's embeddings fresh."""

from __future__ import annotations

from celery import shared_task
from celery.utils.log import get_task_logger
from sqlalchemy.exc import OperationalError

from app.db import engine
from app.services.embedding import embed_missing

_log = get_task_logger(__name__)


@shared_task(  # type: ignore[untyped-decorator]
    name="app.tasks.embeddings.refresh_embeddings", autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3
)
def refresh_embeddings() -> dict[str, int]:
    """Embed the services that are new or whose text changed; return how many there were."""
    with engine().begin() as connection:
        embedded = embed_missing(connection)
    _log.info("embedded %d services", embedded)
    return {"embedded": embedded}
