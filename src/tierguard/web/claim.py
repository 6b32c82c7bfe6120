"""What a connected database claims to be, for pages, headers and health answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tierguard.deciding.identity import QUERY, parse_reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.model import Tier


@dataclass(frozen=True, slots=True)
class Claim:
    """What a database says about itself.

    ``tier`` is None where it says nothing that can be read. ``proof`` is ``bound`` for a marker that was written for
    this very database, ``copy`` for one that came with a clone or a restore, else ``empty``, ``unmarked`` or
    ``unreadable``.
    """

    tier: Tier | None
    project: str = ""
    proof: str = "unreadable"


def read_claim(fetch: Callable[[str], str | None]) -> Claim:
    """Return what a database claims. ``fetch`` runs a statement without parameters and returns its only value."""
    reading = parse_reading(fetch(QUERY))
    if reading.problem:
        return Claim(None)
    if reading.marker is None:
        return Claim(None, proof="empty" if reading.empty else "unmarked")
    return Claim(reading.marker.tier, reading.marker.project, "bound" if reading.bound else "copy")
