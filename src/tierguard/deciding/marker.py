"""The marker: what a stamp writes into a database, how it is read back, and the SQL that writes and removes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.model import Tier
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from tierguard.deciding.identity import Reading

VERSION: Final = 1

# Two starters may stamp the same empty database at once; COMMENT would fail with "tuple concurrently updated".
_LOCK: Final = "SELECT pg_catalog.pg_advisory_xact_lock(7311001)"


@dataclass(frozen=True, slots=True)
class Marker:
    """What a stamp wrote. ``oid`` and ``sysid`` are strings: they exceed what JSON readers keep exactly."""

    tier: Tier
    project: str
    db: str
    oid: str
    sysid: str
    stamped_at: str = ""
    stamped_by: str = ""

    def is_of(self, db: str, oid: str, sysid: str) -> bool:
        """Return whether this was written for the database with this name, oid and cluster.

        Letters beyond ASCII are left out of names: a server keeps their bytes and not in which encoding they were
        written, so they read differently from databases of different encodings.
        """
        return (_ascii(self.db), self.oid, self.sysid) == (_ascii(db), oid, sysid)

    def render(self, **more: Any) -> str:
        """Return the JSON that goes into both comments; ``more`` is what only tools read, each under its own key."""
        return json.dumps(
            {
                "v": VERSION,
                "tier": self.tier.value,
                "project": self.project,
                "db": self.db,
                "oid": self.oid,
                "sysid": self.sysid,
                "stamped_at": self.stamped_at,
                "stamped_by": self.stamped_by,
                **more,
            }
        )


def _ascii(name: str) -> str:
    return name.encode("ascii", errors="ignore").decode()


class NewerMarker(ValueError):
    """The marker is of a version that this tierguard does not know; ``witness`` is what of it counts all the same.

    Every version keeps ``v`` and ``tier``, and for PROD the names that bind it. What a newer one means beside them is
    unknown, so it proves nothing; but PROD, or a tier of another name, counts as PROD.
    """

    def __init__(self, version: int, content: dict[str, Any]) -> None:
        super().__init__(f"its marker is of version {version}, and this tierguard reads up to {VERSION}: upgrade it")
        project, db, oid, sysid = (str(content.get(key, "")) for key in ("project", "db", "oid", "sysid"))
        lower = content.get("tier") in (Tier.INT.value, Tier.STG.value)
        self.witness = None if lower else Marker(Tier.PROD, project, db, oid, sysid)


def parse_marker(text: str | None) -> Marker | None:
    """Return the marker that a comment holds, or None where there is no comment.

    Raises:
        NewerMarker: it is one of a newer version.
        ValueError: it is no marker, or half of one; the message says which.
    """
    if text is None or not text.strip():
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the marker is not JSON") from None
    if not isinstance(content, dict):
        raise ValueError("the marker is not a JSON object")
    version = content.get("v")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("the marker has no version")
    if version > VERSION:
        raise NewerMarker(version, content)
    wanted = ("tier", "project", "db", "oid", "sysid")
    if lacking := [key for key in wanted if not isinstance(content.get(key), str) or not content[key]]:
        raise ValueError(f"the marker lacks {', '.join(lacking)}")
    try:
        tier = Tier(content["tier"])
    except ValueError:
        raise ValueError("the marker names no tier") from None
    others = {key: str(content.get(key, "")) for key in ("stamped_at", "stamped_by")}
    return Marker(tier, content["project"], content["db"], content["oid"], content["sysid"], **others)


def make_marker(reading: Reading, tier: Tier, project: str, *, stamped_at: str, stamped_by: str) -> Marker:
    """Return the marker that binds ``tier`` to exactly the database of ``reading``."""
    return Marker(tier, project, reading.db, reading.oid, reading.sysid, stamped_at, stamped_by)


def stamp_statements(marker: Marker) -> str:
    """Return the SQL, one transaction, that writes ``marker`` into both comments."""
    text = quote_literal(marker.render())
    return (
        f"BEGIN; {_LOCK}; CREATE SCHEMA IF NOT EXISTS tierguard; "
        f"COMMENT ON SCHEMA tierguard IS {text}; {comment_statement(marker)}; COMMIT"
    )


def comment_statement(marker: Marker, **more: Any) -> str:
    """Return the SQL that writes ``marker`` into the database's comment, which the whole cluster sees."""
    return f"COMMENT ON DATABASE {quote_identifier(marker.db)} IS {quote_literal(marker.render(**more))}"


def parse_note(text: str | None, key: str) -> dict[str, Any]:
    """Return what tools wrote beside a marker under ``key``; nothing where they did not."""
    try:
        content = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    note = content.get(key) if isinstance(content, dict) else None
    return note if isinstance(note, dict) else {}


def unstamp_statements(db: str, *, commented: bool = True) -> str:
    """Return the SQL, one transaction, that takes every trace of tierguard out of a database.

    Args:
        db: its name.
        commented: its comment is a marker; somebody else's comment stays.
    """
    comment = f"COMMENT ON DATABASE {quote_identifier(db)} IS NULL; " if commented else ""
    return f"BEGIN; {comment}DROP SCHEMA IF EXISTS tierguard; COMMIT"
