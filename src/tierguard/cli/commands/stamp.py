"""``tierguard stamp TIER``: write into a database which tier it is."""

from __future__ import annotations

import click

from tierguard.cli import options


@click.command("stamp", help="Write into TIER's database that it is TIER. A person types project/tier.")
@click.argument("tier")
@options.database
@options.as_json
def command(tier: str, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Stamp, and print the marker."""
    from tierguard.databases.marking import stamp
    from tierguard.evidence.config import load

    marker = stamp(load().tier(tier), database=database)
    if as_json:
        options.print_json({"tier": marker.tier.value, "project": marker.project, "db": marker.db})
    else:
        options.say(f"{marker.db} now says that it is {marker.tier.label} of {marker.project}.")
