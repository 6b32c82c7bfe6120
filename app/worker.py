"""The Celery application. Importing this needs no URL, no server and no broker; the first use chooses them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init

import tierguard
from app.core.config import ROOT, settings
from app.db import engine
from tierguard import tools
from tierguard.adapters.celery import protect

if TYPE_CHECKING:
    from collections.abc import Sequence

EMBEDDINGS = "app.tasks.embeddings.refresh_embeddings"
ANALYTICS = "app.tasks.analytics.calculate_analytics"
PROCESSES = 2
LIFETIME = 100  # tasks after which a worker process is replaced
SOFT_LIMIT, HARD_LIMIT = 300, 600  # seconds for one task


def _configure() -> dict[str, Any]:
    """Return Celery's settings; called when the first of them is needed."""
    broker = settings.broker_url.get_secret_value() or tools.valkey_url(ROOT)
    return {
        "broker_url": broker,
        "result_backend": broker,
        "result_expires": 86_400,  # seconds
        "broker_connection_retry_on_startup": True,
        "timezone": "UTC",
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,  # a task whose worker dies is done again: every one of them may be
        "task_reject_on_worker_lost": True,
        "task_soft_time_limit": SOFT_LIMIT,
        "task_time_limit": HARD_LIMIT,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "task_routes": {"app.tasks.embeddings.*": "embeddings", "app.tasks.analytics.*": "analytics"},
        "beat_schedule": {
            "embeddings": {"task": EMBEDDINGS, "schedule": crontab(minute="0")},
            "analytics": {"task": ANALYTICS, "schedule": crontab(minute="30", hour="3,15")},
        },
    }


celery = Celery("instainstru", include=["app.tasks.embeddings", "app.tasks.analytics"])
celery.add_defaults(_configure)
protect(celery, queues=("embeddings", "analytics"))


@worker_process_init.connect  # type: ignore[untyped-decorator]
def forget_connections(**_: Any) -> None:
    """Leave the parent's connections to the parent: two processes on one socket read each other's answers."""
    engine().dispose(close=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Work on STG, or on PROD where the server's own environment says so. Further arguments are Celery's.

    The schedule runs inside the worker and is kept in memory: every entry names times of day, and both tasks may run
    twice. Where several workers share a tier, start the others with ``celery -A app.worker worker``.

    Raises:
        tierguard.TierguardError: the settings of that tier are missing or malformed.
    """
    target = tierguard.resolve(service=True, root=ROOT)
    if target.tier is tierguard.Tier.PROD:
        settings.require_secret_key()
    chosen = ["--beat", "--scheduler=celery.beat:Scheduler", "--pool=prefork", "--loglevel=INFO"]
    chosen += [f"--concurrency={PROCESSES}", f"--max-tasks-per-child={LIFETIME}"]
    chosen += [f"--hostname={target.project}-{target.tier}@%h"]
    celery.worker_main(["worker", *chosen, *(sys.argv[1:] if arguments is None else arguments)])
