"""What several commands share: their options and how a result is printed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tierguard.model import Tier

tier = click.option("--tier", metavar="TIER", help="int, stg or prod, or an alias of yours.")
database = click.option(
    "--database", metavar="NAME", default="default", show_default=True, help="Which of the project's databases."
)


class Output:
    """What a program that reads this command's JSON has asked for and got, so that an error reaches it as JSON too."""

    def start_over(self, *, asked: bool = False) -> None:
        """Forget the command before, in a process that runs several."""
        self.asked, self.printed = asked, False

    __init__ = start_over


output = Output()


def has_json(command: click.Command) -> bool:
    """Return whether ``command`` has the option ``--json``, of ours or of its own."""
    return any("--json" in option.opts for option in command.params)


def _note_json(_: click.Context, __: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - as click calls it
    output.asked = output.asked or value
    return value


def json_option(text: str) -> Callable[[Any], Any]:
    """Return the option ``--json``. It is read before the others, whose values may be wrong."""
    return click.option("--json", "as_json", is_flag=True, is_eager=True, callback=_note_json, help=text)


as_json = json_option("Print JSON for programs.")


class Group(click.Group):
    """A group of commands that answers a mistyped one with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that ``args`` begin with, or fail with the command that was probably meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            check_near(ctx, name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def check_near(ctx: click.Context, word: str, known: Iterable[str], *, kind: str = "command") -> None:
    """Refuse a word that is nearly a known one, and name that.

    Raises:
        click.UsageError: it is; a word that is like none is left to the caller.
    """
    from difflib import get_close_matches

    if near := get_close_matches(word, known, n=1):
        raise click.UsageError(f"No such {kind} '{word}'. Did you mean '{near[0]}'?", ctx)


def say(text: str, *, tier: Tier | None = None, keep: str = "", err: bool = False) -> None:
    """Print a line on standard output, behind the tier's coloured mark: the one door for text, which it cleans."""
    from tierguard.process.terminal import paint
    from tierguard.text.display import clean

    mark = f"{paint(tier, sys.stderr if err else sys.stdout)} " if tier else ""
    click.echo(mark + clean(text, keep=keep), err=err)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print ``value`` as JSON on standard output: the one door for JSON, which it cleans."""
    from tierguard.text.display import printable

    output.printed = True
    click.echo(printable(json.dumps(_mask(value), indent=indent, ensure_ascii=False), keep="\n"))


def cell(text: object) -> str:
    """Return ``text`` cleaned, as rich's markup takes it."""
    from rich.markup import escape

    from tierguard.text.display import clean

    return escape(clean(str(text)))


def _mask(value: Any) -> Any:
    """Mask the texts in a value before JSON escapes them: the quotes in a secret would hide it from the mask."""
    from tierguard.text.masking import mask

    if isinstance(value, dict):
        return {_mask(key): _mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item) for item in value]
    return mask(str(value)) if isinstance(value, str) else value
