"""How far the gate reaches: every Python of the environment, or only those that call for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence.keys import BY_CALL
from tierguard.model import Finding, Level
from tierguard.process.automatic import MISSING, REACHES, reach

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return a warning where the start-up file is missing, and a note where the configuration does without it."""
    found = reach(facts.config)
    if found == MISSING:
        return [
            Finding("start-missing", Level.WARNING, REACHES[found], "Install tierguard into the environment again.")
        ]
    if found == BY_CALL:
        return [Finding("gate-by-call", Level.INFO, REACHES[found], "Old scripts and notebooks do not call it.")]
    return []
