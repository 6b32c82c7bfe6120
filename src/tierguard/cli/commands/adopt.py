"""``tierguard adopt``: which databases the project uses, what they prove, and what a person types for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from tierguard.cli import options
from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.databases.state import TierState
    from tierguard.evidence.config import Config

_LEFT: Final = frozenset({"unmarked", "copy", "elsewhere", "unreadable"})  # states that leave something to do
_NONE: Final = "not configured"
_OWN: Final = "Give each tier a database of its own; tierguard's docs/recipes/adopting-a-database.md shows how."


@click.command(
    "adopt", help="List the project's databases, what each proves, and the command for each. Changes nothing."
)
@options.as_json
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print the list; exit 1 while a database is left to adopt, and 2 where no tier has a URL."""
    from tierguard.databases.survey import survey
    from tierguard.errors import SettingMissing
    from tierguard.evidence import pins, sources
    from tierguard.process.chosen import current_process

    process = current_process()
    process.choose()
    judged = [database for database in process.config.databases.values() if not database.external]
    states = {(one.name, tier): state for one in judged for tier, state in survey(process, one.name).items()}
    pinned = {(f"{pin.endpoint}/{pin.db}", pin.tier) for pin in pins.read_pins(process.config.root)}
    rows = [
        _row(name, tier, state, _find_others(tier, state, states), pinned=(state.place, tier) in pinned)
        | ({} if state.configured or state.error else _missing(process.config, name, tier, state))
        for (name, tier), state in states.items()
    ]
    if as_json:
        options.print_json(rows)
    else:
        _show_server(process.config)
        _show(rows, process.config.adopt_until)
    if not any(state.configured or state.error for state in states.values()):
        where = sources.describe_places(process.config).replace("Set it", "Set the URLs")
        raise SettingMissing("Database configuration errors: no tier has a URL, so nothing was checked.", hint=where)
    return int(any(row["state"] in _LEFT for row in rows))


def _find_others(tier: Tier, state: TierState, states: Mapping[tuple[str, Tier], TierState]) -> str:
    """Return the other tiers whose URLs lead to the same place, for people."""
    same = [other.label for (_, other), one in states.items() if other is not tier and one.place == state.place]
    return " and ".join(dict.fromkeys(same)) if state.place else ""


def _missing(config: Config, name: str, tier: Tier, state: TierState) -> dict[str, str]:
    variables = ", ".join(config.database(name).sources[tier].variables)
    if state.elsewhere:
        return {
            "state": "another environment's",
            "note": f"Its URL is what {variables} holds where {tier.label} is chosen.",
        }
    return {"state": _NONE, "note": f"Its URL comes from {variables or 'nowhere'}."}


def _row(name: str, tier: Tier, state: TierState, others: str, *, pinned: bool) -> dict[str, Any]:
    from tierguard.process.leading import command as command_line

    stamp, found, known, todo, note = command_line("stamp", tier, name), state.finding, state.proof, "", ""
    if state.error and not state.reachable:
        known, note = "unreachable" if state.configured else "unusable", state.error
    elif pinned and not found:
        known = "adopted"
    elif not state.contacted:  # nobody knows what is there
        known, note = "not contacted", _doubt(tier, state, others)
        pin = command_line("pin", tier, name)
        note = note or f"If real people's data is there, a person types: {stamp}   If you may not write to it: {pin}"
    elif not found:
        known, todo = ("empty", stamp) if known == "empty" else ("adopted", "")
    elif not found.hint.endswith(stamp):  # it is PROD itself, or another project's
        known = "elsewhere" if known in {"bound", "pinned"} else known
        note = f"{found.message} {found.hint}".rstrip()
    elif Tier.PROD.label in others and not state.local:
        note = f"PROD's URL leads there too, so it is unclear which of the two it is. {_OWN}"
    else:
        todo = stamp
    return {"database": name, "tier": tier.value, "state": known, "place": state.place, "command": todo, "note": note}


def _doubt(tier: Tier, state: TierState, others: str) -> str:
    """Return why what a URL leads to is hardly PROD, or an empty string. What is stamped so is closed to the others."""
    host = state.place.rpartition("/")[0].rpartition(":")[0]
    if others:
        why = f"{others}'s URL leads there too"
    elif state.local:
        why = "It is on this machine"
    elif "." not in host and ":" not in host:
        why = f"{host} has no domain, as containers of this machine have none (name it in local_hosts)"
    else:
        return ""
    return f"{why}, so it is probably not {tier.label}. {_OWN}"


def _show_server(config: Config) -> None:
    flag = config.flags.get(Tier.PROD)
    asked = f"{flag}=true" if flag else f"{config.request}=prod" if config.request else ""
    options.say("Before you deploy this, set in the environment of every server that uses PROD:")
    options.say(f"    {config.production_mode}=true")
    options.say(
        f"    {asked or 'nothing else, but set flags.prod or request in the configuration, so that it can ask'}"
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
