"""``tierguard adopt``: which databases the project uses, what they prove, and what a person types for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from tierguard.cli import options
from tierguard.model import Tier

if TYPE_CHECKING:
    from tierguard.databases.state import TierState
    from tierguard.evidence.config import Config

_LEFT: Final = frozenset({"unmarked", "copy", "elsewhere", "unreadable"})  # states that leave something to do


@click.command(
    "adopt", help="List the project's databases, what each proves, and the command for each. Changes nothing."
)
@options.as_json
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print the list; exit 1 while a database is left to adopt."""
    from tierguard.databases.survey import survey
    from tierguard.process.chosen import current_process

    process = current_process()
    process.choose()
    rows = [
        _row(name, tier, state, database.sources[tier].variables)
        for name, database in process.config.databases.items()
        if not database.external
        for tier, state in survey(process, name).items()
    ]
    if as_json:
        options.print_json(rows)
    else:
        _show_server(process.config)
        _show(rows, process.config.adopt_until)
    return int(any(row["state"] in _LEFT for row in rows))


def _row(name: str, tier: Tier, state: TierState, variables: tuple[str, ...]) -> dict[str, Any]:
    suffix = "" if name == "default" else f" --database {name}"
    found, known, todo, note = state.finding, state.proof, "", ""
    if not state.configured:
        known, note = "not configured", f"Its URL comes from {', '.join(variables) or 'nowhere'}."
    elif not state.contacted:
        known, todo = "not contacted", f"tierguard stamp {tier}{suffix}"
        if state.local:  # most likely what the project used to call its database
            note = f"This machine's. Only if real people's data is there: {todo}. Else give its URL to INT or STG."
            todo = ""
        else:
            todo += "   (or pin, where you may not write)"
    elif not state.reachable:
        known = "unreachable"
    elif not found:
        known, todo = ("empty", f"tierguard stamp {tier}{suffix}") if known == "empty" else ("adopted", "")
    elif found.hint.endswith(f"tierguard stamp {tier}"):  # never where it is PROD itself, or another project's
        todo = f"tierguard stamp {tier}{suffix}"
    else:
        known = "elsewhere" if known in {"bound", "pinned"} else known
        note = f"{found.message} {found.hint}".rstrip()
    return {"database": name, "tier": tier.value, "state": known, "place": state.place, "command": todo, "note": note}


def _show_server(config: Config) -> None:
    flag = config.flags.get(Tier.PROD)
    asked = f"{flag}=true" if flag else f"{config.request}=prod" if config.request else ""
    options.say("Before this is deployed, set in the environment of every server that uses PROD:")
    options.say(f"    {config.production_mode}=true")
    options.say(
        f"    {asked or 'nothing else: set flags.prod or request in the configuration, so that a server can ask'}"
    )


def _show(rows: list[dict[str, Any]], until: date | None) -> None:
    for row in rows:
        place = f" ({row['place']})" if row["place"] else ""
        options.say(f"[{row['tier'].upper()}] {row['database']}: {row['state']}{place}")
        for line in filter(None, (row["command"], row["note"])):
            options.say(f"    {line}")
    if until and datetime.now(UTC).date() < until:
        options.say(f"Unmarked databases are tolerated with a warning until {until} (adopt_until).")
    elif until:
        options.say(f"adopt_until was {until}: unmarked databases that hold data are refused. Take it out.")
