"""``tierguard audit report``: who touched a tier, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tierguard.cli import options
from tierguard.cli.commands.audit import logs, showing
from tierguard.cli.commands.audit.moment import Moment

if TYPE_CHECKING:
    from pathlib import Path

_TIERS = click.Choice(list(showing.COLOURS), case_sensitive=False)


@click.command("report")
@click.option("--tier", default="prod", show_default=True, type=_TIERS)
@click.option("--since", type=Moment(), help="Not before this time, or this long ago (7d).")
@click.option("--until", type=Moment(), help="Not after this time.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@showing.as_json
@click.pass_obj
def command(  # noqa: PLR0913 - one parameter per option
    files: tuple[Path, ...],
    /,
    *,
    tier: str,
    since: str | None,
    until: str | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Say who touched a tier, when and why, and how often they were refused."""
    from tierguard.audit import Wanted, query, summarise
    from tierguard.audit.report import render_markdown, render_text

    paths = logs.choose(files, folders=True)
    with logs.reading():
        summary = summarise(query(paths, Wanted(tier=tier, since=since or "", until=until or "")), tier)
        if as_json:
            options.print_json(summary.as_json())
        else:
            options.say((render_markdown if markdown else render_text)(summary), keep="\n")
