"""What a tier's database was before: listed, named, pruned, and taken without a swap. The caller holds the lease."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tierguard.databases.connection import fetch, open_target, run
from tierguard.databases.siblings import files, likeness, listing, making
from tierguard.databases.siblings.kept import DATABASE, NOTE, choose_expired, newest_first, read_note, write_note
from tierguard.databases.tables import LISTING, Table
from tierguard.deciding.derived import Kind
from tierguard.deciding.marker import comment_statement
from tierguard.errors import TierguardError
from tierguard.model import Ceiling, Tier
from tierguard.process import terminal
from tierguard.process.gate import inspecting

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.databases.siblings.kept import Snapshot
    from tierguard.databases.siblings.lease import Server
    from tierguard.model import Target


def list_snapshots(server: Server) -> tuple[Snapshot, ...]:
    """Return what is kept of the target's database, newest first.

    Raises:
        TierguardError: the server does not list them.
    """
    databases = [
        read_note(one.name, one.note(NOTE), oid=one.oid, size=one.size, kind=DATABASE)
        for one in listing.list_siblings(server, Kind.SNAPSHOT)
        if one.valid
    ]
    return newest_first([*databases, *files.list_files(server.target)])


def describe_kept(server: Server, name: str, oid: str, why: str) -> str:
    """Return the statement that writes a snapshot's comment."""
    note = write_note(why, list_snapshots(server))
    return comment_statement(making.marker_of(server, name, oid, server.target.tier), **{NOTE: note})


def prune(server: Server, *, drop: Callable[..., bool] = making.drop, spare: str = "") -> tuple[str, ...]:
    """Drop the snapshots that need not be kept any longer, and those whose drop was interrupted; return their names.

    Args:
        server: whose.
        drop: how; ``making.discard`` waits for none.
        spare: the name of the one that was just kept.

    Raises:
        TierguardError: the server refused.
    """
    broken = tuple(one.name for one in listing.list_siblings(server, Kind.SNAPSHOT) if not one.valid)
    expired = choose_expired(list_snapshots(server), server.target.tier, datetime.now(UTC), spare=spare)
    archives = {one.name for one in files.list_files(server.target)}
    gone = []
    for name in (*broken, *expired):
        if name in archives:
            files.remove_file(server.target, name)
        elif not drop(server, name, why="no longer kept"):
            continue
        gone.append(name)
    return tuple(gone)


def prune_in_turn(server: Server, *, spare: str) -> None:
    """Prune after a swap that kept ``spare``, if nobody else has taken the lease since; the next one does otherwise."""
    try:
        if server.take():
            making.sweep(server)
            prune(server, drop=making.discard, spare=spare)
    except TierguardError as error:  # what was asked for is done: this is only room
        terminal.warn(f"old snapshots could not be dropped: {error}")
    finally:
        server.give_back()


def take(server: Server, why: str) -> str:
    """Copy the target's database, to which nobody may be connected, and return the copy's name.

    Raises:
        TierguardError: somebody is connected, or the server refused, such as for want of room.
    """
    name, note = making.new_name(server, Kind.SNAPSHOT), write_note(why, list_snapshots(server))
    making.copy(server, server.name, name, why=why)
    for lost in likeness.dress(server, name):
        terminal.warn(lost)
    made = next(one for one in listing.list_siblings(server, Kind.SNAPSHOT) if one.name == name)
    making.comment(server, making.marker_of(server, name, made.oid, server.target.tier), **{NOTE: note})
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
            # Rows that a policy hides from this role are an error then, and not no rows.
            run(connection, "BEGIN; SET LOCAL row_security = off", what="The rows cannot be looked for")
            ((found,),) = fetch(connection, f"SELECT {' OR '.join(parts)}", what="The rows cannot be looked for")
        except TierguardError:
            return True
        return bool(found)
