"""INT and STG are at the newest migration, and there is one newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence.config import DEFAULT
from tierguard.model import Finding, Level, Tier

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error where there are several heads, or where INT or STG was reached and is not at the newest one.

    PROD is behind until the release.
    """
    findings = []
    for tier, state in facts.databases.get(DEFAULT, {}).items():  # the checkout's migrations are the default one's
        if len(state.heads) > 1:
            message = f"The migrations have several heads: {', '.join(state.heads)}."
            return [Finding("migration-heads", Level.ERROR, message, "alembic merge heads")]
        looked_into = state.fill is not None  # of a database that the gate refuses, nothing but the marker is read
        if looked_into and tier is not Tier.PROD and not state.at_head:
            here, newest = (", ".join(names) or "none" for names in (state.migrations, state.heads))
            message = f"{tier.label} is at migration {here}, the newest is {newest}."
            hint = "Run the migration there before it is released."
            findings.append(Finding("migration-behind", Level.ERROR, message, hint, tier))
    return findings
