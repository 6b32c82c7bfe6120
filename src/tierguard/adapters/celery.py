"""Celery: a task runs only in a worker of the project and tier that it was sent from, even where tiers share a broker.

``protect(app)`` gives queues names such as ``shop.stg.default``, writes ``project/tier`` into the headers of every task
that is published, and lets a worker look at them before anything of the task runs. A stray goes to ``shop.stg.dead``
with an audit record and is acknowledged: it never runs and never goes back, where it would be delivered again at once.

The check sits in the worker's consumer, where a message is turned into a request, so it holds for every pool. Remote
control and events are kept apart too: ``celery control shutdown`` of one tier does not reach another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, cast

from celery.signals import before_task_publish
from kombu import entity

from tierguard.errors import SettingMismatch
from tierguard.session import current_session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tierguard.model import Tier

HEADER: Final = "tierguard"
DEAD: Final = "dead"
CONSUMER: Final = "tierguard.adapters.celery_consumer:GuardedConsumer"


class Ruling(StrEnum):
    """What becomes of a task."""

    RUN = "run"
    TOLERATE = "tolerate"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process stands."""

    project: str
    tier: Tier

    @property
    def name(self) -> str:
        """Return ``project/tier``, which tasks carry."""
        return f"{self.project}/{self.tier}"

    def queue(self, name: str) -> str:
        """Return the broker's name of a queue."""
        return f"{self.project}.{self.tier}.{name}"


def judge(sender: object, here: Place, adopt_until: date | None, today: date) -> tuple[Ruling, str, str]:
    """Return what becomes of a task, the rule that says so, and why.

    ``sender`` is what its header says, None where it has none.
    """
    if sender == here.name:
        return Ruling.RUN, "", ""
    if sender is not None:
        return Ruling.REFUSE, "stray-task", f"it was sent from {str(sender)[:100]!r}, and this worker is {here.name}"
    if adopt_until is not None and today < adopt_until:
        return (
            Ruling.TOLERATE,
            "untagged-task",
            f"it has no sender; refused from {adopt_until} on",
        )
    return Ruling.REFUSE, "untagged-task", "it does not say where it was sent from"


def find_place() -> Place:
    """Return where this process stands. The tier is chosen at the first call, if it was not before."""
    session = current_session()
    return Place(session.config.project, session.ceiling().tier)


def protect(app: Any, *, queues: Iterable[str] = (), default: str = "default") -> None:
    """Keep the tasks of this Celery application within their project and tier.

    Routes, ``-Q`` and ``queue=`` go on naming queues as before (``emails``); on the broker the name is
    ``project.tier.emails``. A name that is not listed here or in ``task_queues`` is an error when a task is sent to
    it, because nobody would consume it. Nothing is chosen until Celery's configuration is first used.

    Args:
        app: the application.
        queues: the queues besides the default one and those in ``task_queues``.
        default: where tasks without a route go.

    Raises:
        SettingMismatch: ``worker_consumer`` is set to something that is no ``GuardedConsumer``; raised when the
            configuration is first used.
    """
    names = (default, *queues)
    before_task_publish.connect(tag, weak=False, dispatch_uid="tierguard")

    def configure(source: Any, **_: Any) -> None:
        _configure(source, find_place(), names)

    if app.configured:
        configure(app.conf)
    else:
        app.on_after_configure.connect(configure, weak=False)


def tag(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Write into a task that is being published where it comes from; a retried task comes from who retries it."""
    if headers is not None:
        headers[HEADER] = find_place().name


def _configure(conf: Any, here: Place, names: Iterable[str]) -> None:
    given = {queue.alias or queue.name: queue for queue in conf.task_queues or ()}
    conf.task_queues = [_rename(given.get(name), name, here) for name in dict.fromkeys((*names, *given))]
    conf.task_default_queue = conf.task_queues[0].name
    conf.task_create_missing_queues = False
    conf.control_exchange = here.queue("control")
    conf.event_exchange = here.queue("events")
    conf.event_queue_prefix = here.queue("events")
    if conf.worker_consumer == "celery.worker.consumer:Consumer":
        conf.worker_consumer = CONSUMER
    elif not _guards(conf.worker_consumer):
        raise SettingMismatch(
            f"worker_consumer is {conf.worker_consumer}, which would let stray tasks run.",
            hint="Let it inherit from tierguard.adapters.celery_consumer.GuardedConsumer.",
            rule="unguarded-consumer",
        )


def make_queue(name: str, alias: str | None = None, **options: Any) -> Any:
    """Return a queue of that name on the broker, which the application calls ``alias``."""
    queue, exchange = cast("Any", entity.Queue), cast("Any", entity.Exchange)
    return queue(name, exchange(name), routing_key=name, alias=alias, **options)


def _rename(queue: Any, name: str, here: Place) -> Any:
    """Return the queue under its name on the broker."""
    kept = {"queue_arguments": queue.queue_arguments, "max_priority": queue.max_priority} if queue else {}
    return make_queue(here.queue(name), name, **kept)


def _guards(consumer: Any) -> bool:
    from celery.utils.imports import symbol_by_name

    kind = symbol_by_name(consumer)
    return isinstance(kind, type) and issubclass(kind, symbol_by_name(CONSUMER))
