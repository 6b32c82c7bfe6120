"""The state of every tier, for ``status``: read-only, and PROD is not contacted unless PROD was selected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import open_target, read_identity
from tierguard.deciding.verdict import Circumstances, Verdict, judge
from tierguard.errors import SettingMissing, TierguardError
from tierguard.evidence import sources
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.heads import find_heads
from tierguard.model import Ceiling, Target, Tier
from tierguard.process.chosen import Process, current_process, describe
from tierguard.process.gate import inspecting
from tierguard.text import masking
from tierguard.text.quoting import quote_identifier, quote_literal
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from tierguard.deciding.identity import Reading

TIMEOUT: Final = 3  # seconds to connect
EXACT_BELOW: Final = 100_000  # tables that the planner thinks larger are shown by its estimate

# The tables of the project, with the planner's idea of their size (PostgreSQL manual, section 53.11, reltuples).
_TABLES: Final = """\
SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, c.reltuples::bigint) ORDER BY c.relname), '[]')::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tierguard') AND n.nspname NOT LIKE 'pg\\_%'
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
"""


def status(*, database: str = DEFAULT) -> dict[str, Any]:
    """Return the process's choice and the state of every tier of one database, without any secret.

    Raises:
        SettingMismatch: a setting is malformed, or there is no such database.
        AccessRefused: the process may use no tier at all.
    """
    process = current_process()
    choice = process.choose()
    target = process.target(database)
    return {
        "process": {
            "tier": choice.tier,
            "rule": choice.rule,
            "reason": choice.reason,
            "url": describe(target),
        },
        "tiers": {tier.value: state for tier, state in survey(process, database).items()},
    }


def survey(process: Process, database: str = DEFAULT) -> dict[Tier, dict[str, Any]]:
    """Return what can be known about every tier. A tier that cannot be reached says why."""
    heads = find_heads(process.config.root)
    return {tier: _survey_tier(process, database, tier, heads) for tier in Tier}


def _survey_tier(process: Process, database: str, tier: Tier, heads: tuple[str, ...]) -> dict[str, Any]:
    selected = process.ceiling().tier
    state: dict[str, Any] = {
        "configured": False,
        "contacted": tier is not Tier.PROD or selected is Tier.PROD,
        "reachable": False,
        "marker": None,
        "proof": None,
        "head": heads[0] if len(heads) == 1 else list(heads) or None,
        "migration": None,
        "rows": {},
        "size": None,
    }
    source = process.config.database(database)
    try:
        ci = process.context.ci
        written, variable = sources.read_url(process.config, source, tier, ci=ci, environ=process.environ)
        state["configured"] = True
        if not state["contacted"]:
            return state
        url = sources.connectable(process.config, tier, written)
        target = Target(process.config.project, database, tier, url or Sealed(""), "", "", source=variable)
        with inspecting(Ceiling(tier)), open_target(target, connect_timeout=TIMEOUT) as connection:
            state |= _look(process, connection, Ceiling(tier))
    except SettingMissing:
        return state
    except TierguardError as error:
        state |= {"error": masking.mask(error.message), "error_rule": error.rule}
    return state


def _look(process: Process, connection: Any, ceiling: Ceiling) -> dict[str, Any]:
    connection.execute("SET default_transaction_read_only = on")
    reading = read_identity(connection)
    tables = connection.execute(_TABLES).fetchone()[0]
    return {"reachable": True, **_proof(process, reading, ceiling), **_count(connection, tables)}


def _proof(process: Process, reading: Reading, ceiling: Ceiling) -> dict[str, Any]:
    verdict = judge(reading, Circumstances(process.config.project, ceiling))
    return {
        "marker": reading.marker.tier if reading.marker else None,
        "proof": verdict.proof,
        "cluster": reading.sysid,
        "oid": reading.oid,
        **({"finding": _as_dict(verdict)} if verdict.rule else {}),
    }


def _as_dict(verdict: Verdict) -> dict[str, Any]:
    return {"id": verdict.rule, "allowed": verdict.allowed, "message": verdict.reason, "hint": verdict.hint}


def _count(connection: Any, listing: str) -> dict[str, Any]:
    """Count the rows of every table, the migration and the size in one more round trip."""
    tables = [(schema, name, rows) for schema, name, rows in json.loads(listing) if name != "alembic_version"]
    migrated = any(name == "alembic_version" for _, name, _ in json.loads(listing))
    parts = ["SELECT '' AS name, pg_catalog.pg_database_size(pg_catalog.current_database()) AS rows, '' AS head"]
    for schema, name, rows in tables:
        place = f"{quote_identifier(schema)}.{quote_identifier(name)}"
        count = f"(SELECT pg_catalog.count(*) FROM {place})" if rows < EXACT_BELOW else str(int(rows))  # noqa: S608 - quoted above
        parts.append(f"SELECT {quote_literal(name if schema == 'public' else f'{schema}.{name}')}, {count}, ''")
    if migrated:
        parts.append("SELECT 'alembic_version', 0, version_num FROM alembic_version")
    answer = connection.execute(" UNION ALL ".join(parts)).fetchall()
    heads = sorted(head for _, _, head in answer if head)
    return {
        "migration": heads[0] if len(heads) == 1 else heads or None,
        "rows": {name: rows for name, rows, head in answer if name and not head},
        "size": next(rows for name, rows, _ in answer if not name),
    }
