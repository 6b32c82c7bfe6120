"""The databases that tools make beside a target's: made, marked, listed and dropped. The caller holds the lease."""

from __future__ import annotations

import secrets
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import MAINTENANCE, fetch, open_target, read_identity, run
from tierguard.databases.siblings.likeness import creation_options, ownership
from tierguard.databases.siblings.listing import list_siblings, may_drop, open_inside
from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.deciding.location import locate
from tierguard.deciding.marker import Marker, comment_statement, make_marker, stamp_statements
from tierguard.errors import TierguardError
from tierguard.evidence.detect import identify_actor
from tierguard.model import Ceiling, Entry, Event, Operation, Outcome, Tier
from tierguard.process.chosen import current_process
from tierguard.text import conninfo
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.databases.siblings.lease import Server
    from tierguard.deciding.identity import Reading

# Below this PostgreSQL copies faster through its log than by files, which need two checkpoints (measured: between
# 11 and 116 MB on ext4; CREATE DATABASE, STRATEGY).
_SMALL: Final = 48 * 1024**2  # bytes
_REFLINKS: Final = 180000  # the first version that can copy files by sharing their blocks


def new_name(server: Server, kind: Kind) -> str:
    """Return a name that no database has had: it begins with the time."""
    return derived.derive(server.name, kind, derived.make_id(datetime.now(UTC), secrets.token_hex(2)))


def make_empty(server: Server, name: str) -> None:
    """Create an empty database like the target's.

    Raises:
        TierguardError: the server refused, such as for want of room.
    """
    options = creation_options(server) + ownership(server)
    _record(server, Event.CREATE, name, "built beside the old one")
    run(server.admin, f"CREATE DATABASE {quote_identifier(name)}{options}", what=f"{name} cannot be created")


def copy(server: Server, source: str, name: str, *, why: str) -> None:
    """Create ``name`` as a copy of ``source``, which nobody may be connected to.

    Raises:
        TierguardError: somebody is, or the server refused.
    """
    _record(server, Event.CREATE, name, why)
    strategy = "wal_log" if size_of(server, source) < _SMALL else "file_copy"
    if strategy == "file_copy" and server.admin.info.server_version >= _REFLINKS:
        with suppress(TierguardError):  # not on every system
            run(server.admin, "SET file_copy_method = clone", what="The way of copying cannot be chosen")
    run(
        server.admin,
        f"CREATE DATABASE {quote_identifier(name)} TEMPLATE {quote_identifier(source)} STRATEGY {strategy}"
        f"{ownership(server)}",
        what=f"{source} cannot be copied",
    )


def drop(server: Server, name: str, *, why: str) -> bool:
    """Drop a database that tools made, whoever is connected to it; return whether.

    What only has such a name stays where it is, and people are told.

    Raises:
        TierguardError: the server refused.
    """
    if not may_drop(server, name):
        return False
    _record(server, Event.DROP, name, why)
    run(
        server.admin, f"DROP DATABASE IF EXISTS {quote_identifier(name)} WITH (FORCE)", what=f"{name} cannot be dropped"
    )
    return True


def discard(server: Server, name: str, *, why: str) -> bool:
    """Drop a database that tools made, as :func:`drop`, without waiting until it is done.

    For a drop the server writes to the disk all that it has in memory, of other databases too, which takes seconds on a
    busy machine. So the database gets a name that nobody looks for, and a session that is sent one statement and left:
    the server carries it out all the same. What is interrupted there goes with the next (:func:`sweep`).

    Raises:
        TierguardError: the server refused.
    """
    if not may_drop(server, name):
        return False
    gone = new_name(server, Kind.GONE)
    comment = comment_statement(marker_of(server, gone, find_oid(server, name), server.target.tier))
    rename = f"ALTER DATABASE {quote_identifier(name)} RENAME TO {quote_identifier(gone)}"
    try:
        run(server.admin, f"BEGIN; {rename}; {comment}; COMMIT", what=f"{name} stays")
    except TierguardError:  # somebody is connected, or it is half dropped
        run(server.admin, "ROLLBACK", what=f"{name} stays")
        return drop(server, name, why=why)
    _record(server, Event.DROP, name, why)
    _send_drop(server, gone)
    return True


def sweep(server: Server) -> None:
    """Drop what was discarded and is still there, without waiting for it."""
    for one in list_siblings(server, Kind.GONE):
        _send_drop(server, one.name)


def _send_drop(server: Server, name: str) -> None:
    with closing(open_inside(server, MAINTENANCE)) as connection:
        run(connection, "SET client_connection_check_interval = 0", what="The server would notice that nobody waits")
        connection.pgconn.send_query(f"DROP DATABASE IF EXISTS {quote_identifier(name)} WITH (FORCE)".encode())
        connection.pgconn.flush()


def stamp_as(server: Server, name: str, tier: Tier) -> Marker:
    """Mark the database ``name`` as ``tier``, in itself and in its comment; return the marker.

    Raises:
        TierguardError: the server refused.
    """
    with open_inside(server, name) as connection:
        marker = _make_marker(read_identity(connection), tier)
        run(connection, stamp_statements(marker), what=f"{name} cannot be marked")
    return marker


def stamp_ahead(server: Server, name: str, tier: Tier, *, check: Callable[[Reading], None] | None = None) -> Marker:
    """Mark the database ``name``, in itself alone, as what it will be once it has the target's name; return that.

    Args:
        server: the target's.
        name: of the database that will replace the target's.
        tier: the target's.
        check: is given what the database says of itself, and raises where it must not be marked.
    """
    with open_inside(server, name) as connection:
        reading = read_identity(connection)
        if check is not None:
            check(reading)
        marker = _make_marker(reading, tier, name=server.name)
        text = quote_literal(marker.render())
        run(connection, f"COMMENT ON SCHEMA tierguard IS {text}", what=f"{name} cannot be marked")
    return marker


def marker_of(server: Server, name: str, oid: str, tier: Tier) -> Marker:
    """Return the marker of a database as its comment says it, without connecting to it."""
    reading = read_identity(server.admin)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Marker(tier, server.target.project, name, oid, reading.sysid, now, f"tool:{reading.user}")


def prove_target(server: Server) -> str:
    """Return the oid of the target's database, which the gate has judged by what it says now.

    Raises:
        AccessRefused: it is not the target's any more.
        ServerMissing: it is not there.
    """
    with open_target(server.target) as connection:
        return read_identity(connection).oid


def find_oid(server: Server, name: str) -> str:
    """Return the oid of a database.

    Raises:
        TierguardError: it is not there.
    """
    query = f"SELECT oid::text FROM pg_catalog.pg_database WHERE datname = {quote_literal(name)}"  # noqa: S608 - quoted
    rows = fetch(server.admin, query, what=f"{name} cannot be looked up")
    if not rows:
        raise TierguardError(f"{name} does not exist.")
    return str(rows[0][0])


def size_of(server: Server, name: str) -> int:
    """Return how many bytes a database has."""
    query = f"SELECT pg_catalog.pg_database_size({quote_literal(name)})"
    ((size,),) = fetch(server.admin, query, what=f"The size of {name} cannot be read")
    return int(size)


def comment(server: Server, marker: Marker, **note: Any) -> None:
    """Write a marker, and what tools want to remember, into the database's comment."""
    run(server.admin, comment_statement(marker, **note), what=f"{marker.db} cannot be commented on")


def _make_marker(reading: Reading, tier: Tier, *, name: str = "") -> Marker:
    process, now = current_process(), datetime.now(UTC).isoformat(timespec="seconds")
    there = replace(reading, db=name or reading.db)
    by = f"tool:{identify_actor(process.context).user}"
    return make_marker(there, tier, process.config.project, stamped_at=now, stamped_by=by)


def _record(server: Server, event: Event, name: str, why: str) -> None:
    target, process = server.target, current_process()
    place = locate({**conninfo.parse(target.sealed).effective(), "dbname": name})
    entry = Entry(event, target.database, target.tier, Operation.ADMIN, Outcome.ALLOW, "", why, place)
    process.recorder.record(entry, Ceiling(target.tier, target.authority))
