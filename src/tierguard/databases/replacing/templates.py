"""Prepared databases: built once, and copied as long as what they were made from is the same."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import fetch, open_target
from tierguard.databases.siblings import listing, making
from tierguard.databases.siblings.kept import read_time
from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.deciding.retention import TEMPLATES, Kept, find_expired

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tierguard.databases.siblings.lease import Server

_NOTE: Final = "prepared"
_DIGITS: Final = 16  # of the hash, in the template's name
# Every table, column, constraint, type, function and trigger that is not PostgreSQL's own, by its number.
_SHAPE: Final = """\
SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(part, ',' ORDER BY part COLLATE "C"), '')) FROM (
  SELECT pg_catalog.format('%s %s %s', oid, relnamespace, relname) AS part FROM pg_catalog.pg_class
  WHERE oid >= 16384 AND relnamespace <> 'pg_toast'::pg_catalog.regnamespace
  UNION ALL SELECT pg_catalog.format('%s %s %s %s %s', attrelid, attnum, attname, atttypid, attnotnull)
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  WHERE c.oid >= 16384 AND c.relkind <> 't' AND attnum > 0 AND c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
  UNION ALL SELECT pg_catalog.format('%s %s', oid, conname) FROM pg_catalog.pg_constraint WHERE oid >= 16384
  UNION ALL SELECT pg_catalog.format('%s', oid) FROM pg_catalog.pg_attrdef WHERE oid >= 16384
  UNION ALL SELECT pg_catalog.format('%s %s', oid, typname) FROM pg_catalog.pg_type
  WHERE oid >= 16384 AND typnamespace <> 'pg_toast'::pg_catalog.regnamespace
  UNION ALL SELECT pg_catalog.format('%s %s', oid, enumlabel) FROM pg_catalog.pg_enum WHERE oid >= 16384
  UNION ALL SELECT pg_catalog.format('%s %s', oid, pg_catalog.md5(prosrc)) FROM pg_catalog.pg_proc WHERE oid >= 16384
  UNION ALL SELECT pg_catalog.format('%s %s', oid, tgenabled) FROM pg_catalog.pg_trigger WHERE oid >= 16384
) AS parts
"""


def hash_contents(root: Path, files: Iterable[Path], *facts: str) -> str:
    """Return a hash of files, by name and content, and of whatever else shapes a database.

    Args:
        root: a folder; each file counts with its path below it, so that two checkouts of the same are the same.
        files: in any order.
        facts: such as a model's name, a library's version, or the day that dates are relative to.

    Raises:
        OSError: a file cannot be read.
        ValueError: one does not lie below ``root``.
    """
    digest = hashlib.sha256()
    parts = sorted((str(file.relative_to(root)), file.read_bytes()) for file in files)
    for name, content in [*parts, *(("", fact.encode()) for fact in facts)]:
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def find_template(server: Server, recipe: str) -> tuple[str, dict[str, Any]] | None:
    """Return the name of the database that was prepared by ``recipe``, and what was remembered with it, or None."""
    name = _name(server, recipe)
    for one in listing.list_siblings(server, Kind.TEMPLATE):
        if one.name == name and one.valid and (note := one.note(_NOTE)):
            return name, dict(note.get("facts", {}))
    return None


def find_original(server: Server) -> str:
    """Return the template of which the target is a copy whose tables nobody changed since, or an empty string.

    A copy's objects keep their numbers, so nothing but a copy has the same shape.

    Raises:
        AccessRefused: the target does not prove to be what it is called.
        TierguardError: it cannot be read.
    """
    with open_target(server.target) as connection:
        shape = _read_shape(connection)
    prepared = [one for one in listing.list_siblings(server, Kind.TEMPLATE) if one.valid]
    return next((one.name for one in prepared if one.note(_NOTE).get("shape") == shape), "")


def keep_template(server: Server, source: str, recipe: str, facts: dict[str, Any]) -> None:
    """Copy the finished database ``source`` as the template of ``recipe``, and drop those that are out of use.

    Its note is written last: a copy without one was interrupted, and is never used.

    Raises:
        TierguardError: the server refused.
    """
    name, now = _name(server, recipe), datetime.now(UTC)
    for one in listing.list_siblings(server, Kind.TEMPLATE):
        if one.name == name or not one.valid or not one.note(_NOTE):
            making.drop(server, one.name, why="not a finished template, or made anew")
    with listing.open_inside(server, source) as connection:
        shape = _read_shape(connection)
    making.copy(server, source, name, why="prepared, to be copied")
    marker = making.marker_of(server, name, making.find_oid(server, name), server.target.tier)
    note = {"recipe": recipe, "at": now.isoformat(timespec="milliseconds"), "shape": shape, "facts": facts}
    making.comment(server, marker, **{_NOTE: note})
    kept = [
        Kept(one.name, read_time(one.name, one.note(_NOTE))) for one in listing.list_siblings(server, Kind.TEMPLATE)
    ]
    for expired in find_expired(kept, TEMPLATES, now):
        making.drop(server, expired, why="out of use")


def _read_shape(connection: Any) -> str:
    ((shape,),) = fetch(connection, _SHAPE, what="The tables cannot be listed")
    return str(shape)


def _name(server: Server, recipe: str) -> str:
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:_DIGITS]
    return derived.derive(server.name, Kind.TEMPLATE, digest)
