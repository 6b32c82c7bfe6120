"""PG* variables that would change where a tier's URL leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence.sources import OVERRIDING
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error for every variable that libpq reads beside even a complete URL."""
    return [
        Finding(
            "ambient-variable",
            Level.ERROR,
            f"{name} is set: libpq reads it beside every URL.",
            "Unset it in the shell's profile.",
            name,
        )
        for name in OVERRIDING
        if facts.environ.get(name)
    ]
