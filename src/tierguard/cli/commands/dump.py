"""``tierguard dump FILE``: pg_dump of one tier, with its marker in it."""

from __future__ import annotations

import os

import click

from tierguard.cli import child, options


@click.command("dump", help="Write the chosen tier into FILE, as pg_dump's custom format; only you can read it.")
@options.tier
@options.database
@click.argument("file", type=click.Path(dir_okay=False))
def command(tier: str | None, database: str, file: str) -> int:
    """Dump, and return 0, or 4 where pg_dump failed."""
    from tierguard.guard import authorize
    from tierguard.model import Operation
    from tierguard.session import current_session, resolve

    target = resolve(tier, database=database)
    config = current_session().config
    os.umask(0o077)
    line = (child.find_program("pg_dump", target), "--format=custom", f"--file={file}")
    with authorize(Operation.READ, target=target), child.passfile(config, target) as password_file:
        return child.run_or_fail(line, child.environment(config, target, password_file))
