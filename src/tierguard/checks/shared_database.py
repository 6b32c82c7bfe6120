"""Two tiers that are one database, whatever their URLs look like."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error for every two tiers with the same cluster and the same database oid; silence is no likeness."""
    known = [
        (label, tier, state.cluster, state.oid)
        for label, _, tier, state in facts.each()
        if state.reachable and state.cluster
    ]
    return [
        Finding(
            "tiers-share-database",
            Level.ERROR,
            f"{label} and {another} are the same database.",
            "Give each tier its own; a reset of one would be a reset of both.",
            f"{one}, {other}",
        )
        for (label, one, *here), (another, other, *there) in combinations(known, 2)
        if here == there and one is not other
    ]
