"""Writing the marker: the statements, and who may have them written without a person."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from tierguard.identity import Marker

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tierguard.identity import Reading
    from tierguard.model import Tier
    from tierguard.verdict import Verdict

# Two starters may stamp the same empty database at once; COMMENT would fail with "tuple concurrently updated".
_LOCK: Final = "SELECT pg_catalog.pg_advisory_xact_lock(7311001)"


def make_marker(reading: Reading, tier: Tier, project: str, *, stamped_at: str, stamped_by: str) -> Marker:
    """Return the marker that binds ``tier`` to exactly the database of ``reading``."""
    return Marker(tier, project, reading.db, reading.oid, reading.sysid, stamped_at, stamped_by)


def stamp_statements(marker: Marker) -> str:
    """Return the SQL, one transaction, that writes ``marker`` into both comments."""
    text = quote_literal(marker.render())
    return (
        f"BEGIN; {_LOCK}; CREATE SCHEMA IF NOT EXISTS tierguard; "
        f"COMMENT ON SCHEMA tierguard IS {text}; "
        f"COMMENT ON DATABASE {quote_identifier(marker.db)} IS {text}; COMMIT"
    )


def unstamp_statements(db: str) -> str:
    """Return the SQL, one transaction, that takes every trace of tierguard out of a database."""
    return f"BEGIN; COMMENT ON DATABASE {quote_identifier(db)} IS NULL; DROP SCHEMA IF EXISTS tierguard; COMMIT"


def may_stamp_alone(verdict: Verdict, reading: Reading, parameters: Mapping[str, str], hosts: Collection[str]) -> bool:
    """Return whether tools may stamp without a person: an empty, local, ordinary database that nobody claims.

    Args:
        verdict: the judgement of this very connection.
        reading: what the database said.
        parameters: libpq's keywords of the connection, for its host.
        hosts: the configured ``local_hosts``.
    """
    if not verdict.stampable or reading.standby or reading.db == "postgres" or reading.db.startswith("template"):
        return False
    return is_local(parameters) or parameters.get("host", "") in hosts


def is_local(parameters: Mapping[str, str]) -> bool:
    """Return whether a connection was made over a socket or to a loopback address.

    The server's own address does not count: behind a container's mapped port it is the container's.
    """
    place = parameters.get("hostaddr") or parameters.get("host", "")
    if not place or place.startswith(("/", "@")) or place == "localhost":
        return True
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:
        return False


def quote_literal(text: str) -> str:
    """Return ``text`` as an SQL string constant whatever ``standard_conforming_strings`` says (section 4.1.2.2)."""
    quoted = text.replace("'", "''")
    return " E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in text else f"'{quoted}'"


def quote_identifier(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
