"""``tierguard undo [TIER]``: put back what was there before the last reset of INT or STG."""

from __future__ import annotations

import click

from tierguard.cli import options
from tierguard.cli.lower import resolve_lower


@click.command("undo", help="Put TIER back to what it was before its last reset. Run it again to reverse that.")
@click.argument("tier", required=False)
@options.database
@click.option(
    "--to", "name", metavar="NAME", default="", help="A snapshot from `tierguard snapshot list`, instead of the newest."
)
@options.as_json
def command(tier: str | None, database: str, name: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Swap the newest snapshot with what is there."""
    from tierguard.cli.restoring import bring_back

    bring_back(resolve_lower(tier, database), name, as_json=as_json)
