"""The state of every tier, for all that shows or checks it: read-only; PROD is not contacted unless it was selected."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import fetch, open_target, run
from tierguard.databases.state import TierState
from tierguard.databases.tables import EXACT_BELOW, LISTING
from tierguard.deciding.locality import is_near
from tierguard.errors import IdentityRefused, SettingMissing, TierguardError
from tierguard.evidence import sources
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.heads import find_heads
from tierguard.model import Ceiling, Target, Tier
from tierguard.process import automatic
from tierguard.process.chosen import Process, describe
from tierguard.process.gate import Inspection, inspecting
from tierguard.process.installation import install
from tierguard.text import conninfo, masking
from tierguard.text.quoting import quote_identifier, quote_literal
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from tierguard.evidence.config import Database

TIMEOUT: Final = 3  # seconds to connect


def status(*, database: str = DEFAULT) -> dict[str, Any]:
    """Return the process's choice and the state of every tier of one database, without any secret.

    The ``url`` of the process is None where its tier has none.

    Raises:
        SettingMismatch: a setting is malformed, or there is no such database.
        AccessRefused: the process may use no tier at all.
    """
    process = install().process
    choice = process.choose()
    try:
        url = describe(process.target(database))
    except SettingMissing:  # the table says which tiers have no URL
        url = ""
    return {
        "process": {
            "tier": choice.tier,
            "rule": choice.rule,
            "reason": choice.reason,
            "url": url or None,
            "gate": automatic.reach(process.config),
        },
        "tiers": {tier.value: state.as_dict() for tier, state in survey(process, database).items()},
    }


def survey(process: Process, database: str = DEFAULT) -> dict[Tier, TierState]:
    """Return what can be known about every tier. A tier that cannot be reached says why.

    The gate judges each tier's database by that tier, and nothing but the marker of one that it refuses is read.
    """
    install()
    heads = find_heads(process.config.root)
    return {tier: replace(_survey_tier(process, database, tier), heads=heads) for tier in Tier}


def _survey_tier(process: Process, name: str, tier: Tier) -> TierState:
    selected = process.ceiling()
    database = process.config.database(name)
    state = TierState(contacted=tier is not Tier.PROD or selected.tier is Tier.PROD)
    try:
        ci = process.context.ci
        written, variable = sources.read_url(process.config, database, tier, ci=ci, environ=process.environ)
        parsed = conninfo.parse(written, name=variable)
        local = is_near(parsed.effective(), process.config.local_hosts)
        state = replace(state, configured=True, place=parsed.endpoint, local=local)
        if not state.contacted:
            return state
        url = sources.connectable(process.config, tier, written)
        target = Target(process.config.project, name, tier, url or Sealed(""), "", "", source=variable)
        return _look(state, target, Ceiling(tier, selected.authority), database)
    except SettingMissing:
        return state
    except TierguardError as error:
        return _failed(state, error)


def _look(state: TierState, target: Target, ceiling: Ceiling, database: Database) -> TierState:
    with inspecting(ceiling, database) as seen:
        try:
            with open_target(target, connect_timeout=TIMEOUT) as connection:
                run(connection, "SET default_transaction_read_only = on", what="it cannot be looked at")
                return _count(_proven(state, seen), connection)
        except IdentityRefused:
            return _proven(state, seen)


def _proven(state: TierState, seen: Inspection) -> TierState:
    reading, verdict = seen.reading, seen.verdict
    return replace(
        state,
        reachable=True,
        marker=reading.marker.tier if reading.marker else None,
        proof=verdict.proof,
        cluster=reading.sysid,
        oid=reading.oid,
        finding=verdict.finding,
    )


def _failed(state: TierState, error: TierguardError) -> TierState:
    return replace(state, error=masking.mask(error.message), error_rule=error.rule)


def _count(state: TierState, connection: Any) -> TierState:
    """Count the rows of every table, the migration and the size, in two round trips."""
    try:
        ((listing,),) = fetch(connection, LISTING, what="its tables cannot be listed")
        answer = fetch(connection, _counting(json.loads(listing)), what="its rows cannot be counted")
    except TierguardError as error:
        return _failed(state, error)
    return replace(
        state,
        migrations=tuple(sorted(head for _, _, head in answer if head)),
        rows={name: rows for name, rows, head in answer if name and not head},
        size=next(rows for name, rows, _ in answer if not name),
    )


def _counting(listing: list[tuple[str, str, int]]) -> str:
    """Return the query that gives the size, each table's rows and the migration."""
    tables = [(schema, name, rows) for schema, name, rows in listing if name != "alembic_version"]
    parts = ["SELECT '' AS name, pg_catalog.pg_database_size(pg_catalog.current_database()) AS rows, '' AS head"]
    for schema, name, rows in tables:
        place = f"{quote_identifier(schema)}.{quote_identifier(name)}"
        count = f"(SELECT pg_catalog.count(*) FROM {place})" if rows < EXACT_BELOW else str(int(rows))  # noqa: S608 - quoted above
        parts.append(f"SELECT {quote_literal(name if schema == 'public' else f'{schema}.{name}')}, {count}, ''")
    parts += [
        f"SELECT 'alembic_version', 0, version_num FROM {quote_identifier(schema)}.alembic_version"  # noqa: S608 - quoted
        for schema, name, _ in listing
        if name == "alembic_version"
    ]
    return " UNION ALL ".join(parts)
