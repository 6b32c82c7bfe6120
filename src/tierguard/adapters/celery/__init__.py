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

from celery.app.amqp import AMQP
from kombu import entity
from kombu.utils.objects import cached_property

from tierguard.errors import SettingMismatch
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tierguard.model import Tier

HEADER: Final = "tierguard"
DEAD: Final = "dead"
CONSUMER: Final = "tierguard.adapters.celery.consumer:GuardedConsumer"


class Ruling(StrEnum):
    """What becomes of a task."""

    RUN = "run"
    TOLERATE = "tolerate"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Origin:
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


def judge(sender: object, here: Origin, adopt_until: date | None, today: date) -> tuple[Ruling, str, str]:
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


def find_origin() -> Origin:
    """Return where this process stands. The tier is chosen at the first call, if it was not before."""
    process = current_process()
    return Origin(process.config.project, process.ceiling().tier)


def protect(app: Any, *, queues: Iterable[str] = (), default: str = "default") -> None:
    """Keep the tasks of this Celery application within their project and tier.

    Call it last. Routes, ``-Q`` and ``queue=`` go on naming queues as before (``emails``); on the broker the name is
    ``project.tier.emails``. A name that is not listed here or in ``task_queues`` is an error when a task is sent to
    it, because nobody would consume it. Nothing is chosen until Celery's configuration is first used; where the tier is
    refused then, that use fails.

    Args:
        app: the application.
        queues: the queues besides the default one and those in ``task_queues``.
        default: where tasks without a route go.

    Raises:
        SettingMismatch: ``worker_consumer`` is set to something that is no ``GuardedConsumer``; raised when the
            configuration is first used.
    """
    names = (default, *queues)

    def configure() -> dict[str, Any]:
        _configure(app.conf, names)
        return {}

    app.amqp_cls = TierAMQP
    app.__dict__.pop("amqp", None)
    # Not a signal: Celery logs what goes wrong in one and goes on, here without any protection.
    app.add_defaults(configure)


class TierAMQP(AMQP):  # type: ignore[misc]
    """How a protected application publishes."""

    @cached_property
    def send_task_message(self) -> Any:
        """Return what sends every task, with where it comes from in its headers; a retry comes from who retries."""
        send = super().send_task_message

        def send_tagged(producer: Any, name: str, message: Any, **options: Any) -> Any:
            options["headers"] = {**(options.get("headers") or {}), HEADER: find_origin().name}
            return send(producer, name, message, **options)

        return send_tagged


def _configure(conf: Any, names: Iterable[str]) -> None:
    chosen, conf.worker_consumer = conf.worker_consumer, CONSUMER  # guarded, even if what follows fails
    conf.task_create_missing_queues = False
    here = find_origin()
    given = {queue.alias or queue.name: queue for queue in conf.task_queues or ()}
    conf.task_queues = [_rename(given.get(name), name, here) for name in dict.fromkeys((*names, *given))]
    conf.task_default_queue = conf.task_queues[0].name
    conf.control_exchange = here.queue("control")
    conf.event_exchange = here.queue("events")
    conf.event_queue_prefix = here.queue("events")
    if chosen != "celery.worker.consumer:Consumer":
        if not _guards(chosen):
            raise SettingMismatch(
                f"worker_consumer is {chosen}, which would let stray tasks run.",
                hint="Derive it from tierguard.adapters.celery.consumer.GuardedConsumer.",
                rule="unguarded-consumer",
            )
        conf.worker_consumer = chosen


def make_queue(name: str, alias: str | None = None, **options: Any) -> Any:
    """Return a queue of that name on the broker, which the application calls ``alias``."""
    queue, exchange = cast("Any", entity.Queue), cast("Any", entity.Exchange)
    return queue(name, exchange(name), routing_key=name, alias=alias, **options)


def _rename(queue: Any, name: str, here: Origin) -> Any:
    """Return the queue under its name on the broker."""
    kept = {"queue_arguments": queue.queue_arguments, "max_priority": queue.max_priority} if queue else {}
    return make_queue(here.queue(name), name, **kept)


def _guards(consumer: Any) -> bool:
    from celery.utils.imports import symbol_by_name

    kind = symbol_by_name(consumer)
    return isinstance(kind, type) and issubclass(kind, symbol_by_name(CONSUMER))
