"""INT and STG prove which tier they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.deciding.verdict import EMPTY
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return what every reached database fails to prove; an empty one has nothing to prove yet."""
    findings = []
    for tier, state in facts.tiers.items():
        if not state["reachable"]:
            continue
        found = state.get("finding")
        if found:
            level = Level.WARNING if found["allowed"] else Level.ERROR
            findings.append(Finding(found["id"], level, f"{tier.label}: {found['message']}", found["hint"], tier))
        elif state["marker"] is None and state["proof"] != EMPTY:
            findings.append(Finding("unmarked", Level.WARNING, f"{tier.label} is not marked.", "", tier))
    return findings
