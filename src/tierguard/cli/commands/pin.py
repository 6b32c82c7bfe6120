"""``tierguard pin TIER``: the identity of a database that one may not stamp, in a committed file."""

from __future__ import annotations

from dataclasses import asdict

import click

from tierguard.cli import options


@click.command("pin", help="Write the identity of TIER's database to a file for git. A person types project/tier.")
@click.argument("tier")
@options.database
@options.as_json
def command(tier: str, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Pin, and print the pin."""
    from tierguard.databases.marking import pin
    from tierguard.evidence.pins import FILE
    from tierguard.evidence.project import load_project

    made = pin(load_project().tier(tier), database=database)
    if as_json:
        options.print_json(asdict(made))
    else:
        options.say(f"{made.db} is pinned as {made.tier.label} in {FILE}. Commit that file.")
