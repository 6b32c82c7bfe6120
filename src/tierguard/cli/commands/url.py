"""``tierguard url``: where the chosen database is. Its secret is shown by nothing on the command line."""

from __future__ import annotations

import click

from tierguard.cli import options


@click.command(
    "url", help="Print the chosen database's URL without its secret. Use `tierguard run` to connect with it."
)
@options.tier
@options.database
@options.as_json
def command(tier: str | None, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print the masked URL."""
    from tierguard.process.chosen import describe, resolve

    target = resolve(tier, database=database)
    if as_json:
        options.print_json({"tier": target.tier.value, "url": describe(target), "source": target.source})
    else:
        options.say(describe(target))
