"""``tierguard snapshot``: what is kept of INT and STG. A subcommand is a file here and a line below."""

from __future__ import annotations

import click

from tierguard.cli import options
from tierguard.cli.commands.snapshot import create, listing, pruning, restore


@click.group("snapshot", cls=options.Group)
def command() -> None:
    """List, create, restore and drop snapshots of INT and STG."""


for one in (listing, create, restore, pruning):
    command.add_command(one.command)
