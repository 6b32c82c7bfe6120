"""May a process on INT or STG alter, drop or copy this other database? The database itself is judged. Pure.

The rules differ from those for connecting: STG may be dropped from INT, which was always so, and nothing unmarked that
holds data may, whatever ``adopt_until`` says, because what is dropped cannot be adopted any more.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tierguard.model import Tier

if TYPE_CHECKING:
    from tierguard.deciding.identity import Reading


class Standing(StrEnum):
    """What a cluster holds, as far as it shows."""

    FREE = "free"  # every database proves to be INT or STG
    UNPROVEN = "unproven"  # some database may be PROD
    PROD = "prod"  # a comment or a pin says so


def find_standing(reading: Reading, *, pinned: bool) -> Standing:
    """Return what the cluster of this reading holds.

    Args:
        reading: the answer of one of its databases.
        pinned: whether a pin names a PROD in this cluster.
    """
    if pinned or reading.cluster_holds_prod:
        return Standing.PROD
    return Standing.UNPROVEN if reading.unproven or reading.problem else Standing.FREE


class Objection(NamedTuple):
    """Why not, and whether a person may nevertheless have it done."""

    reason: str
    final: bool = True


def judge_victim(reading: Reading, project: str, pinned: Tier | None) -> Objection | None:
    """Return what speaks against altering, dropping or copying the database of this reading, or None.

    Args:
        reading: what the database says of itself.
        project: the process's own.
        pinned: the tier that a pin gives to the database.
    """
    marker, name = reading.marker, reading.db
    if pinned is Tier.PROD or reading.is_prod:
        return Objection(f"{name} is PROD")
    if pinned is not None:
        return None
    if reading.problem:
        return Objection(f"{name} does not prove its tier: {reading.problem}", final=False)
    if marker is None:
        return None if reading.empty else Objection(f"{name} holds data and does not say which tier it is", final=False)
    if marker.tier is Tier.PROD:
        return Objection(f"{name} is a copy of PROD", final=False)
    return Objection(f"{name} belongs to another project, {marker.project}") if marker.project != project else None
