"""INT and STG prove which tier they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts
    from tierguard.model import Finding


def check(facts: Facts) -> list[Finding]:
    """Return what the judgement of every reached database found; an empty or a pinned one has nothing to prove."""
    return [
        replace(found, message=f"{label}: {found.message}", subject=tier)
        for label, _, tier, state in facts.each()
        if (found := state.finding)
    ]
