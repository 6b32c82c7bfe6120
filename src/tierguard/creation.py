"""The one door through which our tools create a database: INT or STG, missing, on the tier's own server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard import connector, conninfo
from tierguard.errors import PolicyRefused, ServerMissing
from tierguard.gate import inspecting
from tierguard.model import Ceiling, Entry, Tier
from tierguard.session import current_session
from tierguard.stamping import quote_identifier, quote_literal

if TYPE_CHECKING:
    from tierguard.model import Target

MAINTENANCE = "postgres"


def is_missing(target: Target) -> bool:
    """Return whether the server answers but lacks the target's database.

    Raises:
        ServerMissing: the server does not answer, or lets this user in nowhere.
    """
    try:
        connector.open_target(target).close()
    except ServerMissing as missing:
        with inspecting(Ceiling(Tier.PROD)):
            try:
                connection = connector.open_target(target, dbname=MAINTENANCE)
            except ServerMissing:
                raise missing from None
            with connection:
                name = quote_literal(_name(target))
                query = f"SELECT 1 FROM pg_catalog.pg_database WHERE datname = {name}"  # noqa: S608 - quoted above
                known = connection.execute(query).fetchone()
        if known:
            raise
        return True
    return False


def ensure_database(target: Target) -> bool:
    """Create the target's database if it is missing, and stamp it; return whether it was.

    Raises:
        PolicyRefused: PROD's is missing. A person creates that one.
        ServerMissing: the server cannot be reached or does not let this role create databases.
        AuditRefused: the attempt could not be recorded.
    """
    if not is_missing(target):
        return False
    name = _name(target)
    if target.tier is Tier.PROD:
        raise PolicyRefused(f"PROD's database {name} does not exist; tools never create it.", rule="prod-create")
    parts = conninfo.parse(target.url).effective()
    place = {"host": parts.get("host", ""), "port": parts.get("port", ""), "database": name, "cluster": ""}
    entry = Entry("create", target.database, target.tier, "admin", "allow", "create", "it was missing", place)
    current_session().recorder.record(entry, Ceiling(target.tier, target.authority))
    with inspecting(Ceiling(Tier.PROD)), connector.open_target(target, dbname=MAINTENANCE) as connection:
        connector.run(connection, f"CREATE DATABASE {quote_identifier(name)}", what=f"{name} cannot be created")
    connector.open_target(target).close()  # the gate stamps it, empty as it is
    return True


def _name(target: Target) -> str:
    parts = conninfo.parse(target.url).effective()
    return parts.get("dbname") or parts.get("user", "")
