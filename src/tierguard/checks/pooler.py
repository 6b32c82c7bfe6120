"""A pooler between this machine and a tier: what a connection was judged by may change under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return a note for each tier that is reached through a pooler in transaction mode."""
    return [
        Finding(
            "pooler",
            Level.INFO,
            f"{label} at {state.place} is reached through a pooler: connections are judged when they are made.",
            "If it may be pointed elsewhere, give PROD its own roles, or judge each transaction.",
            tier,
        )
        for label, _, tier, state in facts.each()
        if state.fill is not None and state.fill.pooled
    ]
