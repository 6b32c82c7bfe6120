"""``tierguard snapshot restore NAME``: put one back, by its name."""

from __future__ import annotations

import click

from tierguard.cli import options
from tierguard.cli.lower import resolve_lower


@click.command("restore", help="Restore the snapshot NAME; the database that it replaces is kept.")
@click.argument("name")
@options.tier
@options.database
@options.as_json
def command(name: str, tier: str | None, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Swap the snapshot with what is there."""
    from tierguard.cli.restoring import bring_back

    bring_back(resolve_lower(tier, database), name, as_json=as_json)
