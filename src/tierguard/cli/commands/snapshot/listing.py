"""``tierguard snapshot list``: what is kept, newest first."""

from __future__ import annotations

import click

from tierguard.cli import options
from tierguard.cli.lower import resolve_lower


@click.command("list", help="List TIER's snapshots, newest first.")
@click.argument("tier", required=False)
@options.database
@options.as_json
def command(tier: str | None, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print name, time, size, and before what it was kept."""
    from tierguard.cli.restoring import describe_size, kept_as_dict, when
    from tierguard.databases.connection import name_of
    from tierguard.databases.siblings.keeping import list_kept

    target = resolve_lower(tier, database)
    known = list_kept(target)
    if as_json:
        options.print_json(kept_as_dict(target, known))
        return
    if not known:
        options.say(f"There is no snapshot of {name_of(target)}.", tier=target.tier)
    for one in known:
        why = f", before {one.why}" if one.why else ""
        by = f" ({one.by})" if one.by else ""
        options.say(f"{one.name}  {when(one.at)}  {describe_size(one.size)}{why}{by}", tier=target.tier)
