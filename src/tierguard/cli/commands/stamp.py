"""``tierguard stamp TIER``: write into a database which tier it is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from tierguard.databases.sessions import Settlement


@click.command("stamp", help="Write into TIER's database that it is TIER. A person types project/tier.")
@click.argument("tier")
@options.database
@options.as_json
def command(tier: str, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Stamp, and print the marker and, on PROD, what became of those who were connected."""
    from tierguard.databases.marking import stamp
    from tierguard.evidence.project import load_project

    marker, sessions = stamp(load_project().tier(tier), database=database)
    if as_json:
        told = {"tier": marker.tier.value, "project": marker.project, "db": marker.db}
        options.print_json(told | {"sessions": asdict(sessions) if sessions else None})
        return
    options.say(f"{marker.db} now says that it is {marker.tier.label} of {marker.project}.")
    if sessions:
        _show(sessions)


def _show(sessions: Settlement) -> None:
    if not (sessions.ended or sessions.stay):
        options.say("Nobody else is connected to it.")
    if sessions.ended:
        options.say(
            f"{len(sessions.ended)} sessions were ended." if len(sessions.ended) > 1 else "A session was ended."
        )
    for one in sessions.stay:
        since = f", since {one.since}" if one.since else ""
        options.say(f"Still connected: {one.client}{since}: {one.why}.")
