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
        if facts.environ.get(name) and not (name == "PGSERVICEFILE" and _are_services(facts))
    ]


def _are_services(facts: Facts) -> bool:
    """Return whether every source is a service: where the file with them lies is part of what they mean."""
    judged = [one for one in facts.config.databases.values() if not one.external]
    used = [source for one in judged for source in one.sources.values() if source.variables]
    return bool(used) and all(source.service for source in used)
