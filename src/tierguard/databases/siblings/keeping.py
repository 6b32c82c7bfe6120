"""Keeping what is in a database as it is now: a copy beside it, or where none can be made, a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.databases.connection import fetch, name_of, open_target
from tierguard.databases.sessions import list_sessions
from tierguard.databases.siblings import files, snapshots
from tierguard.databases.siblings.lease import hold_lease
from tierguard.databases.siblings.obstacles import reach_beside
from tierguard.deciding.retention import SNAPSHOTS
from tierguard.errors import TierguardError
from tierguard.process import terminal
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from tierguard.databases.siblings.kept import Snapshot
    from tierguard.databases.siblings.lease import Server
    from tierguard.model import Target

_SIZE: Final = "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())"


def keep(target: Target, why: str) -> str:
    """Keep what is in the target's database; return under which name, or an empty string where it holds no row.

    Args:
        target: INT or STG.
        why: what it is kept before, for people who look for it.

    Raises:
        ServerMissing: the server cannot be reached.
        TierguardError: it can be kept in no way; the message says why.
    """
    if not snapshots.holds_rows(target):
        return ""
    if large := describe_excess(target):
        raise TierguardError(large, rule="snapshot-missing")
    with reach_beside(target) as (server, _):
        if server is None:
            name = _write_file(target, why)
            files.prune_files(target, spare=name)
            return name
        with hold_lease(server):
            name = _copy(server, why)
            snapshots.prune(server, spare=name)
    return name


def list_kept(target: Target) -> tuple[Snapshot, ...]:
    """Return what is kept of the target's database, newest first; files alone where the server lists nothing.

    Raises:
        TierguardError: the server refused.
    """
    with reach_beside(target) as (server, _):
        return snapshots.list_snapshots(server) if server else files.list_files(target)


def describe_excess(target: Target) -> str:
    """Return in how far the target's database is larger than what is kept of its tier, or an empty string.

    What a coding agent would wipe is kept whatever its size.
    """
    limit = SNAPSHOTS[target.tier].size
    if limit is None or current_process().context.agent:
        return ""
    with open_target(target) as connection:
        ((size,),) = fetch(connection, _SIZE, what="The database's size cannot be read")
    much = f"{name_of(target)} has {size / 1024**3:.1f} GB, more than a snapshot of {target.tier.label} may have"
    return much if size > limit else ""


def _copy(server: Server, why: str) -> str:
    """Copy the database, which takes that nobody is connected to it; else dump it."""
    # For its own, which may just have been closed, the server waits a few seconds.
    connected = [one for one in list_sessions(server.admin, server.name) if not one.is_ours]
    if not connected:
        try:
            return snapshots.take(server, why)
        except TierguardError as error:
            terminal.warn(f"no copy is made: {error.message}")
    else:
        terminal.warn(f"no copy is made: {connected[0].client} is connected to {server.name}")
    return _write_file(server.target, why)


def _write_file(target: Target, why: str) -> str:
    name = files.write_file(target, why)
    terminal.warn(f"what was in {target.name} is kept as a file: {files.find_file(target, name)}")
    return name
