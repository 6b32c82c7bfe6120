"""``tierguard run -- CMD``: a command that sees one tier's connection and no other's."""

from __future__ import annotations

import click

from tierguard.cli import handing, launching, options
from tierguard.cli.elsewhere import check_place
from tierguard.cli.neighbours import check_neighbours
from tierguard.deciding.terms import LENDABLE, parse_duration
from tierguard.model import Operation


def _read_duration(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(f"Allowed: {error}.") from None


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    help="Run CMD with the chosen tier in PGHOST, PGUSER and the like, and without any other tier's URL. "
    "A Python child is gated; one started with -I, -E or -S is not. On PROD a person is asked once, and the consent is "
    "handed down to what CMD starts, and to nobody else, until CMD ends.",
)
@options.tier
@options.database
@click.option(
    "--operation",
    type=click.Choice([str(one) for one in LENDABLE]),
    help="What CMD may do on PROD: read (the default), or write what you are then shown and agree to.",
)
@click.option(
    "--for", "seconds", metavar="TIME", callback=_read_duration, help="For how long at most: 30m, 8h (default)."
)
@click.option("--reason", metavar="WORDS", default="", help="Why; it is recorded. Asked for where CMD may write.")
@click.argument("command_line", nargs=-1, required=True, metavar="-- CMD [ARG]...", type=click.UNPROCESSED)
def command(  # noqa: PLR0913, PLR0917 - one for each option
    tier: str | None,
    database: str,
    operation: str | None,
    seconds: int | None,
    reason: str,
    command_line: tuple[str, ...],
) -> int:
    """Run the command and return its exit code.

    Raises:
        PolicyRefused: it is a PostgreSQL client that is told another server, or the server holds PROD too.
    """
    from tierguard.databases.authorization import authorize
    from tierguard.databases.programs.passfile import passfile
    from tierguard.process.chosen import current_process, resolve

    if command_line[0].startswith("-"):
        known = ("--tier", "--database", "--operation", "--for", "--reason")
        options.check_near(click.get_current_context(), command_line[0], known, kind="option")
        raise click.UsageError(f"No such option '{command_line[0]}'.")
    launching.leave_ambient(database)
    process = current_process()
    wish = handing.Wish(Operation(operation) if operation else None, seconds, reason.strip())
    handing.announce(process, wish, database, command_line)
    target = resolve(tier, database=database)
    kind = handing.find_kind(process, target, wish)
    check_place(target, command_line)
    check_neighbours(target, command_line)
    if kind is not None:
        detail = handing.detail_of(kind, wish, process, command_line)
        with (
            authorize(kind, target=target, detail=detail) as grant,
            passfile(process.config, target) as password_file,
        ):
            return handing.hand_down(grant, wish, process, process.config, password_file, command_line)
    loan = process.context.loan
    # What the command will do is unknown, so it is the gravest of the ordinary operations, or what was handed down.
    unknown = loan.operation if loan else Operation.OPAQUE
    with authorize(unknown, target=target) as grant, passfile(process.config, target) as password_file:
        read_only = grant.operation is Operation.READ
        return launching.run(
            command_line, launching.environment(process.config, target, password_file, read_only=read_only)
        )
