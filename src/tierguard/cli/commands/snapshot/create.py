"""``tierguard snapshot create``: keep what is in INT or STG now."""

from __future__ import annotations

import click

from tierguard.cli import options
from tierguard.cli.lower import resolve_lower


@click.command("create", help="Keep TIER as it is now: a copy beside it, or a file if somebody is connected.")
@click.argument("tier", required=False)
@options.database
@options.as_json
def command(tier: str | None, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Copy or dump the database, and print under which name it is kept."""
    from tierguard.databases.siblings.keeping import keep
    from tierguard.process.advice import this_command
    from tierguard.process.chosen import current_process

    target = resolve_lower(tier, database)
    name = keep(target, this_command(current_process(), target.tier))
    if as_json:
        options.print_json({"tier": target.tier.value, "database": target.database, "name": name or None})
    elif name:
        options.say(f"Kept as {name}; tierguard undo {target.tier} brings it back.", tier=target.tier)
    else:
        options.say("It holds no rows, so there is nothing to keep.", tier=target.tier)
