"""``tierguard snapshot prune``: drop what need not be kept any longer."""

from __future__ import annotations

import click

from tierguard.cli import options
from tierguard.cli.lower import resolve_lower


@click.command("prune", help="Drop what need not be kept of TIER any longer: INT keeps one for a day, STG five.")
@click.argument("tier", required=False)
@options.database
@click.option("--all", "everything", is_flag=True, help="Every snapshot and every prepared copy, however new.")
@options.as_json
def command(tier: str | None, database: str, everything: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Drop them, and print their names."""
    from tierguard.databases.replacing.clearing import clear

    target = resolve_lower(tier, database)
    dropped = clear(target, everything=everything)
    if as_json:
        options.print_json({"tier": target.tier.value, "database": target.database, "dropped": list(dropped)})
        return
    for name in dropped:
        options.say(f"Dropped {name}", tier=target.tier)
    if not dropped:
        options.say("There was nothing to drop.", tier=target.tier)
