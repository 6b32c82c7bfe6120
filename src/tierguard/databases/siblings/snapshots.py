"""What a tier's database was before: listed, named, pruned, and taken without a swap. The caller holds the lease."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tierguard.databases.connection import fetch, open_target
from tierguard.databases.siblings import making
from tierguard.databases.tables import LISTING, Table
from tierguard.deciding.derived import Kind
from tierguard.deciding.marker import comment_statement
from tierguard.deciding.retention import SNAPSHOTS, Kept, find_expired
from tierguard.errors import TierguardError
from tierguard.evidence.detect import identify_actor
from tierguard.model import Ceiling, Tier
from tierguard.process import terminal
from tierguard.process.chosen import current_process
from tierguard.process.gate import inspecting

if TYPE_CHECKING:
    from tierguard.databases.siblings.lease import Server
    from tierguard.databases.siblings.making import Sibling
    from tierguard.model import Target

_NOTE = "snapshot"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One kept database.

    Attributes:
        name: what it is called on the server.
        oid: the database's.
        at: since when it is kept; the oldest time there is where it does not say.
        why: what replaced it.
        by: whose process that was.
        size: bytes.
    """

    name: str
    oid: str
    at: datetime
    why: str
    by: str
    size: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``tierguard snapshot list --json`` prints it."""
        at = self.at.isoformat(timespec="seconds")
        return {"name": self.name, "at": at, "why": self.why, "by": self.by, "size": self.size}


def list_snapshots(server: Server) -> tuple[Snapshot, ...]:
    """Return what is kept of the target's database, newest first.

    Raises:
        TierguardError: the server does not list them.
    """
    found = [_describe(one) for one in making.list_siblings(server, Kind.SNAPSHOT) if one.valid]
    return tuple(sorted(found, key=lambda one: (one.at, one.name), reverse=True))


def keep_note(why: str) -> dict[str, Any]:
    """Return what is written into a snapshot's comment: when, why and by whom."""
    actor = identify_actor(current_process().context)
    return {_NOTE: {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "why": why, "by": actor.user}}


def describe_kept(server: Server, name: str, oid: str, why: str) -> str:
    """Return the statement that writes a snapshot's comment."""
    return comment_statement(making.marker_of(server, name, oid, server.target.tier), **keep_note(why))


def prune(server: Server, *, now: datetime | None = None) -> tuple[str, ...]:
    """Drop the snapshots that need not be kept any longer, and those whose drop was interrupted; return their names.

    Raises:
        TierguardError: the server refused.
    """
    broken = tuple(one.name for one in making.list_siblings(server, Kind.SNAPSHOT) if not one.valid)
    kept = [Kept(one.name, one.at) for one in list_snapshots(server)]
    expired = find_expired(kept, SNAPSHOTS[server.target.tier], now or datetime.now(UTC))
    for name in (*broken, *expired):
        making.drop(server, name, why="no longer kept")
    return (*broken, *expired)


def prune_in_turn(server: Server) -> None:
    """Prune after a swap, if nobody else has taken the lease since; the next one prunes otherwise."""
    if not server.take():
        return
    try:
        prune(server)
    except TierguardError as error:  # what was asked for is done: this is only room
        terminal.warn(f"old snapshots could not be dropped: {error}")
    finally:
        server.give_back()


def take(server: Server, why: str) -> str:
    """Copy the target's database, to which nobody may be connected, and return the copy's name.

    Raises:
        TierguardError: somebody is connected, or the server refused, such as for want of room.
    """
    name = making.new_name(server, Kind.SNAPSHOT)
    making.copy(server, server.name, name, why=why)
    made = next(one for one in making.list_siblings(server, Kind.SNAPSHOT) if one.name == name)
    making.comment(server, making.marker_of(server, name, made.oid, server.target.tier), **keep_note(why))
    return name


def holds_rows(target: Target) -> bool:
    """Return whether any table of the target's database has a row, or there is a large object.

    What this role may not read counts as a row.
    """
    with inspecting(Ceiling(Tier.PROD)):  # a kept database is no tier's own any more
        opened = open_target(target)
    with opened as connection:
        ((listing,),) = fetch(connection, LISTING, what="The tables cannot be listed")
        tables = [Table(*each) for each in json.loads(listing)]
        parts = [f"EXISTS (SELECT FROM {table.place})" for table in tables if not table.is_version]
        parts.append("EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)")
        try:
            ((found,),) = fetch(connection, f"SELECT {' OR '.join(parts)}", what="The rows cannot be looked for")
        except TierguardError:
            return True
        return bool(found)


def _describe(one: Sibling) -> Snapshot:
    note = one.note(_NOTE)
    try:
        at = datetime.fromisoformat(str(note.get("at", "")))
    except ValueError:
        at = datetime.min.replace(tzinfo=UTC)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return Snapshot(one.name, one.oid, at, str(note.get("why", "")), str(note.get("by", "")), one.size)
