"""The chosen INT or STG, for commands that are not for PROD."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tierguard.model import Target


def resolve_lower(tier: str | None, database: str) -> Target:
    """Return the chosen INT or STG. PROD is refused before a person is asked for it.

    Raises:
        PolicyRefused: PROD would be chosen.
        SettingMissing: the tier has no URL.
        AccessRefused: the tier is not for this process.
    """
    from tierguard.errors import PolicyRefused
    from tierguard.model import Entry, Event, Operation, Outcome, Tier
    from tierguard.process.chosen import claim_process, resolve
    from tierguard.process.explanation import explain

    choice = explain(tier)
    if choice.tier is not Tier.PROD:
        return resolve(tier, database=database)
    refusal = PolicyRefused(
        "PROD is never replaced, so it has no snapshots.",
        hint="PROD's backups are its provider's job; tierguard dump writes a file.",
        rule="prod-never-reset",
    )
    entry = Entry(Event.OPERATION, database, Tier.PROD, Operation.RESET, Outcome.ALLOW, refusal.rule, refusal.message)
    claim_process().recorder.record_refusal(entry, choice.authority)
    raise refusal
