"""``tierguard remove TIER``: take every trace of tierguard out of a database."""

from __future__ import annotations

import click

from tierguard.cli import options


@click.command("remove", help="Remove the marker and pins of TIER's database. A person types project/tier.")
@click.argument("tier")
@options.database
@options.as_json
def command(tier: str, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Remove the marker."""
    from tierguard.databases.marking import remove
    from tierguard.evidence.project import load_project

    name = remove(load_project().tier(tier), database=database)
    if as_json:
        options.print_json({"removed": name})
    else:
        options.say(f"{name} no longer has a marker; for INT and STG it counts as PROD until it is stamped.")
