"""Prepared databases: built once, and copied as long as what they were made from is the same."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tierguard.databases.siblings import making
from tierguard.databases.siblings.kept import read_time
from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.deciding.retention import TEMPLATES, Kept, find_expired

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tierguard.databases.siblings.lease import Server

_NOTE = "prepared"
_DIGITS = 16  # of the hash, in the template's name


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
    for one in making.list_siblings(server, Kind.TEMPLATE):
        if one.name == name and one.valid and (note := one.note(_NOTE)):
            return name, dict(note.get("facts", {}))
    return None


def keep_template(server: Server, source: str, recipe: str, facts: dict[str, Any]) -> None:
    """Copy the finished database ``source`` as the template of ``recipe``, and drop those that are out of use.

    Its note is written last: a copy without one was interrupted, and is never used.

    Raises:
        TierguardError: the server refused.
    """
    name, now = _name(server, recipe), datetime.now(UTC)
    for one in making.list_siblings(server, Kind.TEMPLATE):
        if one.name == name or not one.valid or not one.note(_NOTE):
            making.drop(server, one.name, why="not a finished template, or made anew")
    making.copy(server, source, name, why="prepared, to be copied")
    marker = making.marker_of(server, name, making.find_oid(server, name), server.target.tier)
    note = {"recipe": recipe, "at": now.isoformat(timespec="milliseconds"), "facts": facts}
    making.comment(server, marker, **{_NOTE: note})
    kept = [Kept(one.name, read_time(one.name, one.note(_NOTE))) for one in making.list_siblings(server, Kind.TEMPLATE)]
    for expired in find_expired(kept, TEMPLATES, now):
        making.drop(server, expired, why="out of use")


def _name(server: Server, recipe: str) -> str:
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:_DIGITS]
    return derived.derive(server.name, Kind.TEMPLATE, digest)
