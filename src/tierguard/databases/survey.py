"""The state of every tier, for all that shows or checks it: read-only; PROD is not contacted unless it was selected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tierguard import embedded
from tierguard.databases.connection import fetch, open_target
from tierguard.databases.counting import count
from tierguard.databases.state import TierState
from tierguard.databases.strays import find_strays
from tierguard.deciding.locality import is_near
from tierguard.errors import AccessRefused, IdentityRefused, SettingMissing, TierguardError
from tierguard.evidence import sources
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.heads import find_heads
from tierguard.model import Ceiling, Target, Tier
from tierguard.process import automatic
from tierguard.process.chosen import Process, describe
from tierguard.process.gate import Inspection, inspecting
from tierguard.process.installation import install
from tierguard.text import conninfo, masking
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from pathlib import Path

    from tierguard.evidence.config import Database

TIMEOUT: Final = 3  # seconds to connect
_DATABASES: Final = (
    "SELECT datname FROM pg_catalog.pg_database ORDER BY datname <> pg_catalog.current_database(), datname"
)


def status(*, database: str = DEFAULT) -> dict[str, Any]:
    """Return the process's choice and the state of every tier of one database, without any secret.

    The ``url`` of the process is None where its tier has none that can be used.

    Raises:
        SettingMismatch: a setting is malformed, or there is no such database.
        AccessRefused: the process may use no tier at all.
    """
    process = install().process
    choice = process.choose()
    try:
        url = describe(process.target(database))
    except AccessRefused:
        raise
    except TierguardError:  # the table says of which tier, and why
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


def list_databases(process: Process, name: str, tier: Tier) -> tuple[str, ...]:
    """Return what databases there are on that tier's server, its own first; none where it does not say."""
    database = process.config.database(name)
    try:
        ci = process.context.ci
        written, _ = sources.read_url(process.config, database, tier, ci=ci, environ=process.environ)
        url = sources.connectable(process.config, tier, written, start=False)
        if url is None:
            return ()
        target = Target(process.config.project, name, tier, url, "", "")
        ceiling = Ceiling(tier, process.ceiling().authority)
        with inspecting(ceiling, database), open_target(target, connect_timeout=TIMEOUT) as connection:
            rows = fetch(connection, _DATABASES, what="The databases cannot be listed")
    except TierguardError:
        return ()
    return tuple(str(row[0]) for row in rows)


def _survey_tier(process: Process, name: str, tier: Tier) -> TierState:
    selected = process.ceiling()
    database = process.config.database(name)
    state = TierState(contacted=tier is not Tier.PROD or selected.tier is Tier.PROD)
    if database.is_elsewhere(tier, selected.tier):
        return replace(state, elsewhere=True)
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
        data = embedded.data_folder(process.config.root) if parsed.scheme == conninfo.EMBEDDED else None
        return _look(state, target, Ceiling(tier, selected.authority), database, data)
    except SettingMissing:
        return state
    except TierguardError as error:
        return _failed(state, error)


def _look(state: TierState, target: Target, ceiling: Ceiling, database: Database, data: Path | None) -> TierState:
    with inspecting(ceiling, database) as seen:
        try:
            with open_target(target, connect_timeout=TIMEOUT) as connection:
                state = _proven(state, seen)
                try:
                    state = replace(state, fill=count(connection))
                    return replace(state, strays=find_strays(connection, data))
                except TierguardError as error:
                    return _failed(state, error)
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
