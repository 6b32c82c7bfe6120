"""``tierguard psql``: psql on one tier, without the user's startup file, with the tier in its prompt."""

from __future__ import annotations

import getopt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tierguard.cli import launching, options
from tierguard.cli.neighbours import check_neighbours

if TYPE_CHECKING:
    from psycopg import Cursor

    from tierguard.model import Target

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
_FILE_AND_NAME: Final = 2  # words
_CONNECTING: Final = frozenset({"-d", "--dbname", "-h", "--host", "-p", "--port", "-U", "--username"})


@click.command(
    "psql",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    help="Run psql on the chosen tier: clean environment, no psqlrc, the tier in the prompt. PROD is read-only there; "
    "--file runs a file of SQL on PROD as one transaction, which a person agrees to.",
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
    from tierguard.model import Operation, Tier
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
    files = find_files(arguments) if target.tier is Tier.PROD else ()
    if files:
        return _run_file(target, files, arguments)
    config = current_process().config
    # psql's %[ %] keep the colour out of the prompt's width; %/ is the database, %R%x%# are psql's own.
    prompt = f"%[%033[{COLOURS[target.tier]}m%][{target.tier.label}]%[%033[0m%] %/%R%x%# "
    line = ("psql", "-X", "-v", f"PROMPT1={prompt}", "-v", f"PROMPT2={prompt}", *arguments)
    reading = target.tier is Tier.PROD
    if reading:
        options.say("tierguard: psql is for reading here; --file FILE runs a file that you see and agree to", err=True)
    operation = Operation.READ if reading else Operation.OPAQUE
    with authorize(operation, target=target), passfile(config, target) as password_file:
        return launching.run(line, launching.environment(config, target, password_file, read_only=reading))


def _run_file(target: Target, files: tuple[str, ...], arguments: tuple[str, ...]) -> int:
    """Run a file on PROD, all of it or nothing.

    Raises:
        UsageError: there is more on the command line, which only psql itself would know.
        SettingMismatch: the file cannot be read.
    """
    from tierguard.databases.scripts import read_script, run_script
    from tierguard.errors import SettingMismatch

    if len(files) > 1 or len(arguments) > _FILE_AND_NAME:
        raise click.UsageError("On PROD, --file takes one file and stands alone.")
    (file,) = files
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingMismatch(f"{file}: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from None
    script = read_script(file, text)
    run_script(target, script, _show)
    return 0


def _show(cursor: Cursor[Any]) -> None:
    """Print what a statement gave: its rows, tab by tab, and what psql calls its status."""
    if cursor.description:
        options.say("\t".join(column.name for column in cursor.description))
        for row in cursor:
            options.say("\t".join("" if value is None else str(value) for value in row))
    if cursor.statusmessage:
        options.say(cursor.statusmessage)


def _is_unknown(word: str) -> bool:
    return word.startswith("--") and not any(long.startswith(word[2:].partition("=")[0]) for long in _LONG)


def find_files(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files that psql would run."""
    try:
        found, _ = getopt.gnu_getopt([one for one in arguments if not one.startswith("--help")], _SHORT, _LONG)
    except getopt.GetoptError:
        return ()
    return tuple(value for option, value in found if option in {"-f", "--file"})


def find_connecting(arguments: tuple[str, ...]) -> str:
    """Return what in psql's arguments may choose where it connects, without its value, or an empty string."""
    known = [one for one in arguments if not one.startswith("--help")]  # its value is optional, as getopt has none
    try:
        found, names = getopt.gnu_getopt(known, _SHORT, _LONG)
    except getopt.GetoptError:
        return "an option that only psql knows"
    options_given = [option for option, _ in found if option in _CONNECTING]
    return next(iter(options_given), "a database's name" if names else "")
