"""Runs a click command with the design's exit codes; errors are one line on standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from tierguard.cli import options
from tierguard.errors import TierguardError
from tierguard.process import terminal
from tierguard.text import masking
from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED: Final = 4
INTERRUPTED: Final = 130


def run_command(command: click.Command, *, name: str, arguments: list[str] | None = None) -> int:
    """Run ``command`` and return its exit code: 0, 1, 2, 3, 4 or 130."""
    terminal.name_tier()
    words = sys.argv if arguments is None else arguments
    masking.remember_arguments(words)
    options.output.start_over(asked="--json" in words and options.has_json(command))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII only
    try:
        code = command.main(args=arguments, prog_name=name, standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt) as end:
        _say_interrupted(end if isinstance(end, KeyboardInterrupt) else end.__cause__)
        return INTERRUPTED
    except click.ClickException as error:
        message = io.StringIO()
        error.show(message)  # it quotes what was typed
        terminal.say(clean(message.getvalue().rstrip(), keep="\n"))
        options.output.asked |= _asks_for_json(error, words)
        _print_error(error.format_message())
        return error.exit_code
    except TierguardError as error:
        from tierguard.process import ending

        ending.tell(error)
        _print_error(error.message, rule=error.rule, hint=error.hint, ask=error.ask)
        return error.exit_code
    except BrokenPipeError:  # the reader left
        _close_output()
        return 0
    except OSError as error:  # a full disk, a file that may not be read
        where = f": {error.filename}" if error.filename else ""
        terminal.say(clean(f"tierguard: {error.strerror or error}{where}"))
        _print_error(f"{error.strerror or error}{where}")
        _close_output()
        return FAILED
    return code if isinstance(code, int) else 0


def _say_interrupted(end: BaseException | None) -> None:
    from tierguard.process import ending
    from tierguard.process.consent import Interrupted

    if isinstance(end, Interrupted):
        ending.tell(end)
        _print_error(str(end), rule=end.rule)
    else:
        terminal.say("interrupted: this step was rolled back")


def _print_error(error: str, *, rule: str = "", hint: str = "", ask: str = "") -> None:
    """Print an error as one JSON object, where ``--json`` was given and its answer is not there already."""
    if options.output.asked and not options.output.printed:
        with contextlib.suppress(OSError, ValueError):
            options.print_json({"error": error, "rule": rule or None, "hint": hint, "ask": ask or None}, indent=None)


def _asks_for_json(error: click.ClickException, arguments: Sequence[str]) -> bool:
    """Return whether ``--json`` was given to a command that has it, though its arguments could not be read."""
    if not isinstance(error, click.UsageError) or "--json" not in arguments:
        return False
    return error.ctx is None or options.has_json(error.ctx.command)


def _close_output() -> None:
    """Let the interpreter's own flush, at its end, not complain about what cannot be written any more."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
