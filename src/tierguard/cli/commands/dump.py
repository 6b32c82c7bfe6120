"""``tierguard dump FILE``: pg_dump of one tier, with its marker in it."""

from __future__ import annotations

import os

import click

from tierguard.cli import launching, options


@click.command("dump", help="Write the chosen tier into FILE, as pg_dump's custom format; only you can read it.")
@options.tier
@options.database
@options.as_json
@click.argument("file", type=click.Path(dir_okay=False))
def command(tier: str | None, database: str, file: str, as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Dump, and return 0, or 4 where pg_dump failed."""
    from tierguard.databases.authorization import authorize
    from tierguard.databases.programs.finding import find_program
    from tierguard.databases.programs.passfile import passfile
    from tierguard.model import Operation
    from tierguard.process.chosen import current_process, resolve

    if "://" in file:  # pg_dump would name the file that it cannot write, with the password
        raise click.BadParameter("it is a file's name, not a URL; the database is chosen by --tier", param_hint="FILE")
    target = resolve(tier, database=database)
    config = current_process().config
    line = (find_program("pg_dump", target), "--format=custom", f"--file={file}")
    with authorize(Operation.READ, target=target), passfile(config, target) as password_file:
        mask = os.umask(0o077)  # the file holds the data, and pg_dump makes it
        try:
            code = launching.run_or_fail(line, launching.environment(config, target, password_file))
        finally:
            os.umask(mask)
    if as_json:
        told = {"tier": target.tier.value, "database": target.database, "file": file}
        launching.print_result(code, "pg_dump", told)
    return code
