"""``tierguard psql``: psql on one tier, without the user's startup file, with the tier in its prompt."""

from __future__ import annotations

import getopt
from typing import Final

import click

from tierguard.cli import launching, options
from tierguard.cli.neighbours import check_neighbours

# psql's own options (its manual page), as its getopt reads them: several in one word, long ones abbreviated.
_SHORT: Final = "aAbc:d:eEf:F:h:HlL:no:p:P:qR:sStT:U:v:VwWxXz01?"
_LONG: Final = [
    "echo-all",
    "no-align",
    "command=",
    "dbname=",
    "echo-queries",
    "echo-errors",
    "echo-hidden",
    "file=",
    "field-separator=",
    "field-separator-zero",
    "host=",
    "html",
    "list",
    "log-file=",
    "no-readline",
    "single-transaction",
    "output=",
    "port=",
    "pset=",
    "quiet",
    "record-separator=",
    "record-separator-zero",
    "single-step",
    "single-line",
    "tuples-only",
    "table-attr=",
    "username=",
    "set=",
    "variable=",
    "version",
    "no-password",
    "password",
    "expanded",
    "no-psqlrc",
    "help",
    "csv",
]
_CONNECTING: Final = frozenset({"-d", "--dbname", "-h", "--host", "-p", "--port", "-U", "--username"})


@click.command(
    "psql",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    help="Run psql on the chosen tier: clean environment, no psqlrc, the tier in the prompt.",
)
@options.tier
@options.database
@click.argument("arguments", nargs=-1, metavar="[-- PSQL_ARG]...", type=click.UNPROCESSED)
def command(tier: str | None, database: str, arguments: tuple[str, ...]) -> int:
    """Run psql and return its exit code.

    Raises:
        PolicyRefused: an argument would take psql to another database than its prompt says, or the server holds PROD.
    """
    from tierguard.databases.authorization import authorize, record_refusal
    from tierguard.databases.programs.passfile import passfile
    from tierguard.errors import PolicyRefused
    from tierguard.model import Operation
    from tierguard.process.chosen import current_process, resolve
    from tierguard.process.terminal import COLOURS

    for word in filter(_is_unknown, arguments):
        options.check_near(click.get_current_context(), word, ("--tier", "--database"), kind="option")
    launching.leave_ambient(database)
    target = resolve(tier, database=database)
    if stray := find_connecting(arguments):
        refusal = PolicyRefused(
            f"{target.name}: {stray} may connect psql to a database that its prompt does not name. Nothing was run.",
            hint="Name the tier with --tier instead.",
            rule="psql-elsewhere",
        )
        raise record_refusal(target, Operation.OPAQUE, refusal)
    check_neighbours(target, ("psql",))
    config = current_process().config
    # psql's %[ %] keep the colour out of the prompt's width; %/ is the database, %R%x%# are psql's own.
    prompt = f"%[%033[{COLOURS[target.tier]}m%][{target.tier.label}]%[%033[0m%] %/%R%x%# "
    line = ("psql", "-X", "-v", f"PROMPT1={prompt}", "-v", f"PROMPT2={prompt}", *arguments)
    with authorize(Operation.OPAQUE, target=target), passfile(config, target) as password_file:
        return launching.run(line, launching.environment(config, target, password_file))


def _is_unknown(word: str) -> bool:
    return word.startswith("--") and not any(long.startswith(word[2:].partition("=")[0]) for long in _LONG)


def find_connecting(arguments: tuple[str, ...]) -> str:
    """Return what in psql's arguments may choose where it connects, without its value, or an empty string."""
    known = [one for one in arguments if not one.startswith("--help")]  # its value is optional, as getopt has none
    try:
        found, names = getopt.gnu_getopt(known, _SHORT, _LONG)
    except getopt.GetoptError:
        return "an option that only psql knows"
    options_given = [option for option, _ in found if option in _CONNECTING]
    return next(iter(options_given), "a database's name" if names else "")
