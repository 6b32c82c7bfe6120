"""``tierguard audit tail``: the last records."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

import click

from tierguard.cli.commands.audit import logs, showing

if TYPE_CHECKING:
    from pathlib import Path

_POLL: Final = 0.2  # seconds between two looks at a log that is followed


@click.command("tail")
@click.option("-n", "count", default=10, show_default=True, type=click.IntRange(0), help="How many records.")
@click.option("-f", "--follow", is_flag=True, help="Follow what is appended, across rotations.")
@showing.as_json
@click.pass_obj
def command(files: tuple[Path, ...], /, *, count: int, follow: bool, as_json: bool) -> None:
    """Show the last records."""
    from tierguard.audit import Follower, read_last

    paths = logs.choose(files)
    with logs.reading():
        followers = [Follower(path) for path in paths] if follow else []
        records = sorted((record for path in paths for record in read_last(path, count)), key=lambda record: record.ts)
        showing.show(records[len(records) - min(count, len(records)) :], as_json=as_json)
        while followers:
            for follower in followers:
                showing.show(follower.poll(), as_json=as_json)
            sys.stdout.flush()
            time.sleep(_POLL)
