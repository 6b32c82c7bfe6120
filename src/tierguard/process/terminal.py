"""The person's side: questions on /dev/tty, and the coloured tier on standard error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tierguard.evidence.tty import has_terminal
from tierguard.model import Tier

if TYPE_CHECKING:
    from typing import TextIO

_COLOURS: Final = {Tier.INT: "32", Tier.STG: "33", Tier.PROD: "1;31"}
_shown: set[str] = set()


class TtyPrompter:
    """Asks on the terminal itself, so that no pipe can answer."""

    def confirm(self, question: str, expected: str) -> bool:
        """Show ``question`` and return whether the person typed exactly ``expected``."""
        if not has_terminal():
            return False
        with open("/dev/tty", "r+b", buffering=0) as tty:  # noqa: PTH123 - a device, opened unbuffered
            tty.write(f"{question} ".encode())
            answer = tty.readline()
        return answer.decode(errors="replace").strip() == expected


def paint(tier: Tier, stream: TextIO) -> str:
    """Return ``[INT]``, ``[STG]`` or ``[PROD]``, coloured where ``stream`` shows colours. The word is always there."""
    word = f"[{tier.label}]"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return word if plain else f"\033[{_COLOURS[tier]}m{word}\033[0m"


def say(line: str) -> None:
    """Write one line to standard error. A stream that is closed, or that this process never had, stops nobody."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def warn(text: str) -> None:
    """Say one loud line."""
    say(f"tierguard: {text}")


def show_banner(tier: Tier, text: str) -> None:
    """Print the tier once, on a terminal only."""
    stream = sys.stderr
    key = f"{tier}{text}"
    if key in _shown or not stream or not stream.isatty():
        return
    _shown.add(key)
    warn(f"{paint(tier, stream)} {text}")


PROD_WARNING: Final = """
{mark} You are about to use the PRODUCTION database: {where}
{mark} Real people's data is in it. Project {project}, asked for by {rule}.
Type yes to go on, anything else stops here:"""


def prod_question(project: str, where: str, rule: str) -> str:
    """Return the red warning and the question that a person answers with ``yes``."""
    mark = "[PROD]" if os.environ.get("NO_COLOR") else "\033[1;31m[PROD]\033[0m"
    return PROD_WARNING.format(mark=mark, where=where, project=project, rule=rule)
