"""Where the project's URLs lead, on every tier: so that advice names a command that works on the database reached."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tierguard.errors import TierguardError
from tierguard.evidence import sources
from tierguard.evidence.config import DEFAULT
from tierguard.model import Event, Tier
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.evidence.config import Database
    from tierguard.process.chosen import Process


def command(act: str, tier: Tier, database: str = DEFAULT) -> str:
    """Return the command by which a person does ``act`` to the database that ``tier``'s URL leads to."""
    return f"tierguard {act} {tier}{'' if database == DEFAULT else f' --database {database}'}"


def find_commands(process: Process, parameters: Mapping[str, str]) -> Mapping[Tier, str]:
    """Return what stamps the database of a connection, by each tier whose URL leads to it. Nothing is contacted.

    Args:
        process: whose project it is.
        parameters: libpq's keywords of a connection that was made.
    """
    found: dict[Tier, str] = {}
    for database in process.config.databases.values():
        for tier in Tier:
            if tier not in found and not database.external and _leads_to(process, database, tier, parameters):
                found[tier] = command(Event.STAMP, tier, database.name)
    return found


def name_variables(process: Process, database: str = DEFAULT) -> Mapping[Tier, str]:
    """Return what the URL of each tier is read from in this process, for people."""
    ci, environ = process.context.ci, process.environ
    source = process.config.database(database).sources
    return {tier: ", ".join(sources.variable_for(source[tier], tier, ci=ci, environ=environ)) for tier in Tier}


def _leads_to(process: Process, database: Database, tier: Tier, parameters: Mapping[str, str]) -> bool:
    if database.is_elsewhere(tier, process.choice.tier if process.choice else None):
        return False
    with suppress(TierguardError):
        ci, environ = process.context.ci, process.environ
        written, _ = sources.read_url(process.config, database, tier, ci=ci, environ=environ)
        url = sources.connectable(process.config, tier, written, start=False)
        return url is not None and conninfo.leads_to(conninfo.parse(url).effective(), parameters)
    return False
