"""``tierguard audit query``: the records that match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tierguard.cli.commands.audit import logs, showing
from tierguard.cli.commands.audit.moment import Moment

if TYPE_CHECKING:
    from pathlib import Path


@click.command("query")
@click.option("--tier", help="int, stg or prod.")
@click.option("--actor", help="A user's name or uid, or human, agent, ci, server, unknown.")
@click.option("--operation", help="read, write, migrate, reset, …")
@click.option("--decision", help="allow, refuse, …")
@click.option("--event", help="What kind of record.")
@click.option("--database", help="A configured database's name.")
@click.option("--since", type=Moment(), help="Not before this time, or this long ago (2h).")
@click.option("--until", type=Moment(), help="Not after this time.")
@showing.as_json
@click.pass_obj
def command(files: tuple[Path, ...], /, *, as_json: bool, **filters: str | None) -> None:
    """Show the records that match every filter given."""
    from tierguard.audit import Wanted, query

    given = {key: value for key, value in filters.items() if value}
    if "tier" in given:
        given["tier"] = given["tier"].lower()
    paths = logs.choose(files, folders=True)
    with logs.reading():
        showing.show(query(paths, Wanted(**given)), as_json=as_json)
