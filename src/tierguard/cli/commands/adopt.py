"""``tierguard adopt``: which databases the project uses, what they prove, and what a person types for each."""

from __future__ import annotations

from typing import Any

import click

from tierguard.cli import options


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
        _row(name, tier, state)
        for name, database in process.config.databases.items()
        if not database.external
        for tier, state in survey(process, name).items()
    ]
    if as_json:
        options.print_json(rows)
    else:
        _show(rows, process.config.adopt_until)
    return int(any(row["state"] in {"unmarked", "copy"} for row in rows))


def _row(name: str, tier: Any, state: dict[str, Any]) -> dict[str, Any]:
    suffix = "" if name == "default" else f" --database {name}"
    if not state["configured"]:
        known, todo = "not configured", ""
    elif not state["contacted"]:
        known, todo = "not contacted", f"tierguard stamp {tier}{suffix}   (or pin, where you may not write)"
    elif not state["reachable"]:
        known, todo = "unreachable", ""
    elif state["marker"] == tier and state["proof"] == "bound":
        known, todo = "adopted", ""
    else:
        known, todo = state["proof"], f"tierguard stamp {tier}{suffix}"
    return {"database": name, "tier": tier.value, "state": known, "command": todo}


def _show(rows: list[dict[str, Any]], until: Any) -> None:
    for row in rows:
        options.say(f"[{row['tier'].upper()}] {row['database']}: {row['state']}")
        if row["command"]:
            options.say(f"    {row['command']}")
    if until:
        options.say(f"Unmarked databases are tolerated with a warning until {until} (adopt_until).")
