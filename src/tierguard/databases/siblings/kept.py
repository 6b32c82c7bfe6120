"""What is kept of a database: one snapshot, as a database beside it or as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tierguard.deciding import derived
from tierguard.deciding.retention import SNAPSHOTS, Kept, find_expired
from tierguard.evidence.detect import identify_actor
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tierguard.model import Tier

_TICK: Final = timedelta(milliseconds=1)
NOTE: Final = "snapshot"  # the key in a database's comment
DATABASE: Final = "database"
ARCHIVE: Final = "archive"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One that is kept.

    Attributes:
        name: what it is called, on the server or in the folder.
        oid: the database's; empty for a file.
        at: since when it is kept.
        why: what replaced it.
        by: whose process that was.
        size: bytes.
        kind: ``database`` or ``archive``.
    """

    name: str
    oid: str
    at: datetime
    why: str
    by: str
    size: int
    kind: str = DATABASE

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``tierguard snapshot list --json`` prints it."""
        at = self.at.isoformat(timespec="seconds")
        return {"name": self.name, "kind": self.kind, "at": at, "why": self.why, "by": self.by, "size": self.size}


def choose_expired(found: Iterable[Snapshot], tier: Tier, now: datetime, *, spare: str = "") -> tuple[str, ...]:
    """Return the names of those that need not be kept any longer, oldest first; never the one just kept, ``spare``."""
    return find_expired([Kept(one.name, one.at) for one in found], SNAPSHOTS[tier], now, spare=spare)


def newest_first(found: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """Return them in the order in which they are listed."""
    return tuple(sorted(found, key=lambda one: (one.at, one.name), reverse=True))


def write_note(why: str, known: Iterable[Snapshot], behind: Snapshot | None = None) -> dict[str, str]:
    """Return what is written about a new snapshot: when, why and by whom.

    It is newer than every one that is ``known``, also where those were made by a clock that runs ahead; or a little
    older than ``behind``.
    """
    actor = identify_actor(current_process().context)
    at = behind.at - _TICK if behind else max([datetime.now(UTC), *(one.at + _TICK for one in known)])
    return {"at": at.isoformat(timespec="milliseconds"), "why": why, "by": actor.user}


def read_time(name: str, note: dict[str, Any]) -> datetime:
    """Return since when the database of that name is kept. What its note does not say, after a crash, its name does."""
    try:
        at = datetime.fromisoformat(str(note.get("at", "")))
    except ValueError:
        at = derived.time_of(name) or datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_note(name: str, note: dict[str, Any], *, oid: str = "", size: int, kind: str) -> Snapshot:
    """Return the snapshot of that name."""
    return Snapshot(name, oid, read_time(name, note), str(note.get("why", "")), str(note.get("by", "")), size, kind)
