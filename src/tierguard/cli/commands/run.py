"""``tierguard run -- CMD``: a command that sees one tier's connection and no other's."""

from __future__ import annotations

import click

from tierguard.cli import launching, options
from tierguard.cli.elsewhere import check_place
from tierguard.cli.neighbours import check_neighbours


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    help="Run CMD with the chosen tier in PGHOST, PGUSER and the like, and without any other tier's URL. "
    "A Python child is gated; one started with -I, -E or -S is not.",
)
@options.tier
@options.database
@click.argument("command_line", nargs=-1, required=True, metavar="-- CMD [ARG]...", type=click.UNPROCESSED)
def command(tier: str | None, database: str, command_line: tuple[str, ...]) -> int:
    """Run the command and return its exit code.

    Raises:
        PolicyRefused: it is a PostgreSQL client that is told another server, or the server holds PROD too.
    """
    from tierguard.databases.authorization import authorize
    from tierguard.databases.programs.passfile import passfile
    from tierguard.model import Operation
    from tierguard.process.chosen import current_process, resolve

    if command_line[0].startswith("-"):
        options.check_near(click.get_current_context(), command_line[0], ("--tier", "--database"), kind="option")
        raise click.UsageError(f"No such option '{command_line[0]}'.")
    launching.leave_ambient(database)
    target = resolve(tier, database=database)
    check_place(target, command_line)
    check_neighbours(target, command_line)
    config = current_process().config
    # What the command will do is unknown, so it is the gravest of the ordinary operations.
    with authorize(Operation.OPAQUE, target=target), passfile(config, target) as password_file:
        return launching.run(command_line, launching.environment(config, target, password_file))
