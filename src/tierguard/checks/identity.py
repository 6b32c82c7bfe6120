"""INT and STG prove which tier they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tierguard.deciding.verdict import EMPTY, PINNED
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return what every reached database fails to prove; an empty one has nothing to prove yet."""
    findings = []
    for tier, state in facts.tiers.items():
        found = state.finding
        if found:
            findings.append(replace(found, message=f"{tier.label}: {found.message}", subject=tier))
        elif state.reachable and state.marker is None and state.proof not in {EMPTY, PINNED}:
            findings.append(Finding("unmarked", Level.WARNING, f"{tier.label} is not marked.", "", tier))
    return findings
