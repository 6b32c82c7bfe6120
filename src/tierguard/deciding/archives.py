"""Whose data an archive of pg_dump holds, and whether it may go into a tier. Pure: listings in, a decision out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.deciding.marker import parse_marker
from tierguard.model import Decision, Outcome, Tier

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tierguard.deciding.marker import Marker

_DBNAME: Final = re.compile(r"^;\s+dbname: (?P<name>.*)$", re.MULTILINE)
_OWN_MARKER: Final = re.compile(r"^\d+; \d+ \d+ COMMENT - SCHEMA tierguard ", re.MULTILINE)
# Entries that a restore leaves out: the target keeps its own marker, and an extension's comment belongs to its owner.
_LEFT_OUT: Final = re.compile(
    r"^\d+; \d+ \d+ (COMMENT - SCHEMA tierguard|SCHEMA - tierguard|ACL - SCHEMA tierguard|COMMENT - EXTENSION|"
    r"DATABASE |DATABASE PROPERTIES |COMMENT - DATABASE )"
)
_SUPERUSERS: Final = re.compile(r"^\d+; \d+ \d+ (EXTENSION|EVENT TRIGGER) ")
_SCHEMA: Final = re.compile(r"^\d+; \d+ \d+ SCHEMA - (?P<name>.*)$")
_COMMENT: Final = re.compile(r"^COMMENT ON SCHEMA tierguard IS E?'(?P<text>(?:[^']|'')*)';$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive says of the database that it was made from."""

    dbname: str
    marker: Marker | None


def parse_dbname(listing: str) -> str:
    """Return the database's name from the header of ``pg_restore --list``."""
    found = _DBNAME.search(listing)
    return found["name"].strip() if found else ""


def marker_entry(listing: str) -> str:
    """Return the listing's line for the marker's comment, or an empty string."""
    found = _OWN_MARKER.search(listing)
    return listing[found.start() :].splitlines()[0] if found else ""


def parse_comment(script: str) -> Marker | None:
    """Return the marker in the SQL that the comment's entry restores to.

    Raises:
        ValueError: it is no marker that this version reads.
    """
    found = _COMMENT.search(script)
    return parse_marker(found["text"].replace("''", "'")) if found else None


def entries_to_restore(listing: str, *, clean: bool, staying: Collection[str] = ()) -> str:
    """Return the listing without what must not travel between databases, for ``pg_restore --use-list``.

    With ``clean`` extensions stay as they are too: dropping one like pgvector takes a superuser to bring it back. The
    schemas ``staying`` are neither dropped nor made, as little as what only a superuser makes.
    """
    kept = [line for line in listing.splitlines() if not _LEFT_OUT.match(line)]
    if clean:
        kept = [line for line in kept if not _SUPERUSERS.match(line) and _schema_of(line) not in staying]
    return "".join(f"{line}\n" for line in kept)


def _schema_of(entry: str) -> str:
    """Return the schema that an entry creates, or an empty string. Its owner stands at the end."""
    found = _SCHEMA.match(entry)
    return found["name"].rpartition(" ")[0] if found else ""


def judge_archive(archive: Archive, tier: Tier, names: Mapping[Tier, str]) -> Decision:
    """Return whether the archive may be restored into ``tier``.

    Args:
        archive: what the archive says.
        tier: where it would go.
        names: the database name of every configured tier.
    """
    if archive.marker is not None:
        if archive.marker.tier is tier:
            return Decision(Outcome.ALLOW, "", f"the archive was made from {tier.label}")
        label = archive.marker.tier.label
        return Decision(Outcome.REFUSE, "archive-tier", f"the archive was made from {label}, not from {tier.label}")
    owners = [owner.label for owner, name in names.items() if name == archive.dbname]
    if owners == [tier.label]:
        return Decision(Outcome.ALLOW, "", f"the archive was made from {archive.dbname}, {tier.label}'s name")
    whose = f"{' and '.join(owners)}'s name" if owners else "no tier's name"
    reason = f"the archive has no marker, and its database is called {archive.dbname or 'nothing'}: {whose}"
    return Decision(Outcome.REFUSE, "archive-tier", reason)
