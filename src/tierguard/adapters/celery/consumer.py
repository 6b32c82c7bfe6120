"""The worker's side of :mod:`tierguard.adapters.celery`: strays are sorted out before they become requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from celery.utils.log import get_logger
from celery.worker.consumer import Consumer

from tierguard.adapters.celery import DEAD, HEADER, Ruling, find_origin, judge, make_queue
from tierguard.model import Entry, Event, Outcome
from tierguard.process import terminal
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT = ("correlation_id", "reply_to", "priority")
_log = get_logger(__name__)


class GuardedConsumer(Consumer):  # type: ignore[misc]
    """A worker's consumer that looks at where a task comes from before it becomes a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._tierguard_said = terminal.Once()
        super().__init__(*args, **kwargs)

    def update_strategies(self) -> None:
        """Put the check in front of every task's own way into the pool."""
        super().update_strategies()
        for name, strategy in list(self.strategies.items()):
            self.strategies[name] = self._guard(name, strategy)

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        """Keep the tasks of others, which this worker cannot know; only our own unknown ones are Celery's affair."""
        name = str(message.headers.get("task", ""))
        ruling, rule, why = self._judge(message)
        if ruling is Ruling.REFUSE:
            self._bury(message, name, rule, why)
            message.ack_log_error(_log, self.connection_errors)
        else:
            super().on_unknown_task(body, message, exc)

    def _guard(self, name: str, strategy: Any) -> Any:
        def handle(message: Any, body: Any, ack: Any, reject: Any, callbacks: Any, **options: Any) -> Any:
            ruling, rule, why = self._judge(message)
            if ruling is Ruling.REFUSE:
                self._bury(message, name, rule, why)
                ack(_log, self.connection_errors)
                return None
            if ruling is Ruling.TOLERATE and self._tierguard_said.is_first(name):
                _record(name, Outcome.ALLOW, rule, why)
                terminal.warn(f"{rule}: the task {name} runs although {why}")
            return strategy(message, body, ack, reject, callbacks, **options)

        return handle

    def _judge(self, message: Any) -> tuple[Ruling, str, str]:
        headers: Mapping[str, Any] = message.headers or {}
        until = current_process().config.adopt_until
        return judge(headers.get(HEADER), find_origin(), until, datetime.now(UTC).date())

    def _bury(self, message: Any, name: str, rule: str, why: str) -> None:
        """Record a stray and put it into the dead-letter queue, unchanged but for one header that says why.

        It is acknowledged after this, so one that cannot be put there (the broker went away) is delivered again later.
        """
        here = find_origin()
        _record(name, Outcome.REFUSE, rule, why, str((message.headers or {}).get("id", "")))
        terminal.warn(f"refused ({rule}): the task {name} goes to {here.queue(DEAD)}: {why}")
        queue = make_queue(here.queue(DEAD))
        kept = {key: message.properties[key] for key in _KEPT if message.properties.get(key) is not None}
        with self.app.producer_or_acquire() as producer:
            producer.publish(
                message.body,
                exchange=queue.exchange,
                routing_key=queue.routing_key,
                declare=[queue],
                content_type=message.content_type,
                content_encoding=message.content_encoding,
                headers={**(message.headers or {}), "tierguard-refused": f"{rule}: {why}"},
                retry=True,
                **kept,
            )


def _record(task: str, decision: Outcome, rule: str, why: str, number: str = "") -> None:
    process = current_process()
    ceiling = process.ceiling()
    detail = {"task": task, "id": number}
    entry = Entry(Event.TASK, tier=ceiling.tier, decision=decision, rule=rule, reason=why, detail=detail)
    if decision is Outcome.REFUSE:
        process.recorder.record_refusal(entry, ceiling.authority)
    else:
        process.recorder.record(entry, ceiling)
