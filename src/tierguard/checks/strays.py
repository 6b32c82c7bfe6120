"""What a killed server has left of a database that it was creating or dropping: room that nothing gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return a warning for each such folder, once for every server."""
    strays = {
        (state.cluster, place): (tier, size)
        for _, _, tier, state in reversed(list(facts.each()))
        for place, size in state.strays
    }
    return [
        Finding(
            "orphan-directory",
            Level.WARNING,
            f"{place} takes {size / 1024**2:.1f} MB and belongs to no database: its server was killed.",
            "Stop the server, remove that folder, and start it again.",
            tier,
        )
        for (_, place), (tier, size) in sorted(strays.items())
    ]
