"""What the audit log says of a process's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence.config import DEFAULT
from tierguard.model import Ceiling, Entry, Event, Outcome, Tier

if TYPE_CHECKING:
    from tierguard.model import Choice
    from tierguard.process.chosen import Process


def record_choice(process: Process, choice: Choice) -> None:
    """Record a choice before it counts, or its refusal.

    Raises:
        AuditRefused: it cannot be recorded, and the tier is a person's STG or PROD.
    """
    entry = describe_choice(process, choice)
    if choice.outcome is Outcome.REFUSE:
        process.recorder.record_refusal(entry, choice.authority)
    else:
        process.recorder.record(entry, Ceiling(choice.tier or Tier.INT, choice.authority))


def describe_choice(process: Process, choice: Choice) -> Entry:
    """Return the record of a choice, with the consent that it rests on where that was handed down."""
    config = process.config
    lent = {"lent": choice.loan.as_detail()} if choice.loan else {}
    return Entry(
        event=Event.SELECT,
        database=DEFAULT,
        tier=choice.tier or "",
        decision=Outcome.ALLOW,
        rule=choice.rule,
        reason=choice.reason,
        detail={"config": {"path": str(config.path), "sha256": config.digest}, **lent},
    )
