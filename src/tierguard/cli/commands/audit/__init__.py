"""``tierguard audit``: read the log, verify it, report from it. A subcommand is a file here and a line below."""

from __future__ import annotations

from pathlib import Path

import click

from tierguard.cli import options
from tierguard.cli.commands.audit import query, report, tail, verify


@click.group("audit", cls=options.Group)
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="A log, or a folder of logs.")
@click.pass_context
def command(context: click.Context, files: tuple[Path, ...]) -> None:
    """Read, verify and report from the audit log."""
    context.obj = files


for one in (tail, query, verify, report):
    command.add_command(one.command)
