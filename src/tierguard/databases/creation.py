"""The one door through which our tools create a database: INT or STG, missing, on the tier's own server."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tierguard.databases import connection as connector
from tierguard.databases.authorization import record_refusal
from tierguard.deciding.location import locate
from tierguard.deciding.marker import comment_statement
from tierguard.errors import PolicyRefused, ServerMissing, TierguardError
from tierguard.evidence.pins import pins_prod, read_pins
from tierguard.model import Ceiling, Entry, Event, Operation, Outcome, Tier
from tierguard.process.chosen import current_process
from tierguard.process.gate import inspecting
from tierguard.text import conninfo
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from tierguard.deciding.identity import Reading
    from tierguard.model import Target


def is_missing(target: Target) -> bool:
    """Return whether the server answers but lacks the target's database.

    Raises:
        ServerMissing: the server does not answer, or lets this user in nowhere.
    """
    connection = _open(target)
    if connection is not None:
        connection.close()
    return connection is None


def _open(target: Target) -> Any:
    """Return a connection to the target's database, or None where the server answers but lacks it.

    Raises:
        ServerMissing: the server does not answer, or lets this user in nowhere.
    """
    try:
        return connector.open_target(target)
    except ServerMissing as missing:
        with inspecting(Ceiling(Tier.PROD)):
            try:
                connection = connector.open_target(target, dbname=connector.MAINTENANCE)
            except ServerMissing:
                raise missing from None
            with connection:
                name = quote_literal(connector.name_of(target))
                query = f"SELECT 1 FROM pg_catalog.pg_database WHERE datname = {name}"  # noqa: S608 - quoted above
                known = connection.execute(query).fetchone()
        if known:
            raise
        return None


def ensure_database(target: Target) -> bool:
    """Create the target's database if it is missing, and stamp it; return whether it was.

    Where it is there, bound, and its database comment is not, that is written again.

    Raises:
        PolicyRefused: PROD's is missing, or the server holds a PROD. A person creates a database there.
        ServerMissing: the server cannot be reached or does not let this role create databases.
        AuditRefused: the attempt could not be recorded.
    """
    connection = _open(target)
    if connection is not None:
        with connection:
            _restore_comment(target, connection)
        return False
    name = connector.name_of(target)
    if target.tier is Tier.PROD:
        raise PolicyRefused(f"PROD's database {name} does not exist; tools never create it.", rule="prod-create")
    with inspecting(Ceiling(Tier.PROD)), connector.open_target(target, dbname=connector.MAINTENANCE) as connection:
        reading = connector.read_identity(connection)
        pinned = pins_prod(read_pins(current_process().config.root), reading)
        if reading.problem or reading.cluster_holds_prod or pinned:
            raise record_refusal(target, Operation.ADMIN, _refuse_server(target, name, reading))
        _record(Event.CREATE, target, name, reading)
        try:
            connector.run(connection, f"CREATE DATABASE {quote_identifier(name)}", what=f"{name} cannot be created")
        except TierguardError:
            if is_missing(target):
                raise
            return False  # somebody else has made it meanwhile
    connector.open_target(target).close()  # the gate stamps it, empty as it is
    return True


def _refuse_server(target: Target, name: str, reading: Reading) -> PolicyRefused:
    why = f"its server does not prove itself: {reading.problem}" if reading.problem else "its server holds a PROD"
    return PolicyRefused(
        f"{target.name}: {name} does not exist, and {why}; tools create nothing there.",
        hint="Check the URL. If it is right, a person creates the database and stamps it.",
        rule="prod-cluster",
    )


def _restore_comment(target: Target, connection: Any) -> None:
    """Write the database comment of a bound INT or STG again where this role may; PROD's is a person's to write."""
    if target.tier is Tier.PROD:
        return
    reading = connector.read_identity(connection)
    if reading.marker is None or not reading.bound or reading.commented:
        return
    _record(Event.STAMP, target, reading.db, reading)
    with suppress(TierguardError):  # it belongs to another role: nothing depends on it here
        connector.run(connection, comment_statement(reading.marker), what=f"{reading.db} cannot be commented on")


def _record(event: Event, target: Target, name: str, reading: Reading) -> None:
    place = replace(locate(conninfo.parse(target.sealed).effective(), reading), database=name)
    rule = "" if event is Event.CREATE else "comment-missing"
    entry = Entry(event, target.database, target.tier, Operation.ADMIN, Outcome.ALLOW, rule, "it was missing", place)
    current_process().recorder.record(entry, Ceiling(target.tier, target.authority))
