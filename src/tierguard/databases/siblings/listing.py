"""The databases beside a target's that tools made: listed, and told from those that only have such a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import fetch, open_target, read_identity
from tierguard.deciding import derived
from tierguard.deciding.marker import Marker, parse_marker, parse_note
from tierguard.errors import TierguardError
from tierguard.model import Ceiling, Tier
from tierguard.process import terminal
from tierguard.process.gate import inspecting
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from tierguard.databases.siblings.lease import Server
    from tierguard.deciding.derived import Kind

_INVALID: Final = -2  # a database whose DROP was interrupted (pg_database.datconnlimit)
_LISTING: Final = """\
SELECT d.datname, d.oid::text, d.datconnlimit, coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), ''),
  CASE WHEN d.datconnlimit = -2 THEN 0 ELSE pg_catalog.pg_database_size(d.oid) END,
  (pg_catalog.pg_control_system()).system_identifier::text
FROM pg_catalog.pg_database d WHERE pg_catalog.starts_with(d.datname, {beginning}) ORDER BY d.datname
"""


@dataclass(frozen=True, slots=True)
class Sibling:
    """One database beside a target's."""

    name: str
    oid: str
    valid: bool  # not half dropped
    comment: str
    size: int  # bytes
    sysid: str  # of its cluster

    @property
    def marker(self) -> Marker | None:
        """Return what its comment says that it is; nothing where people wrote one of their own."""
        try:
            return parse_marker(self.comment)
        except ValueError:
            return None

    def note(self, key: str) -> dict[str, Any]:
        """Return what tools wrote about it under ``key``."""
        return parse_note(self.comment, key)


def list_siblings(server: Server, kind: Kind) -> tuple[Sibling, ...]:
    """Return the databases of that kind beside the target's, by name. What only has such a name is none of them.

    Raises:
        TierguardError: the server does not list them.
    """
    return tuple(one for one in _list_named(server, kind) if not _find_stranger(server, one))


def _list_named(server: Server, kind: Kind, wanted: str = "") -> list[Sibling]:
    beginning = quote_literal(wanted or f"{derived.shorten(server.name)}{derived.MARK}{kind}")
    rows = fetch(server.admin, _LISTING.format(beginning=beginning), what=f"The {kind} databases cannot be listed")
    return [
        Sibling(name, oid, limit != _INVALID, comment, size, sysid)
        for name, oid, limit, comment, size, sysid in rows
        if derived.belongs(name, server.name, kind) and wanted in {"", name}
    ]


def _find_stranger(server: Server, one: Sibling, *, inside: bool = False) -> str:
    """Return why a database is nothing that tools made here, whatever it is called; empty where they did.

    Its comment says so, for exactly this database. Where a crash came before the comment, it says so itself or is
    empty. With ``inside`` it is asked in any case.
    """
    marker = one.marker
    if marker and ((marker.oid, marker.sysid) != (one.oid, one.sysid) or not _is_ours(server, marker)):
        return f"its comment says that it is {marker.project}/{marker.tier}, or was written for another database"
    if not one.valid or (marker and not inside):
        return ""
    try:
        with open_inside(server, one.name) as connection:
            reading = read_identity(connection)
    except TierguardError as error:
        return f"it does not say what it is: {error.message}"
    said = reading.marker
    if reading.problem or reading.is_prod or (said and not _is_ours(server, said)):
        return f"it is {f'{said.project}/{said.tier}' if said else 'of an unknown kind'}"
    return "" if said or reading.empty else "it holds tables, and does not say that it was made here"


def _is_ours(server: Server, marker: Marker) -> bool:
    return (marker.tier, marker.project) == (server.target.tier, server.target.project)


def may_drop(server: Server, name: str) -> bool:
    """Return whether tools made the database of that name here; people are told why not."""
    parts = derived.parse(name)
    for one in _list_named(server, parts.kind, name) if parts else ():
        if stranger := _find_stranger(server, one, inside=True):
            terminal.warn(f"{name} is not dropped: {stranger}.")
            return False
    return parts is not None


def open_inside(server: Server, name: str) -> Any:
    """Return a connection to another database of the server, which is no tier's own."""
    with inspecting(Ceiling(Tier.PROD)):
        return open_target(server.target, dbname=name)
