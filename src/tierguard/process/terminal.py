"""The person's side: questions on /dev/tty, and the coloured tier on standard error."""

from __future__ import annotations

import os
import select
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from tierguard.evidence.tty import has_terminal
from tierguard.forks import Lock
from tierguard.model import Tier
from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from typing import TextIO

COLOURS: Final = {Tier.INT: "32", Tier.STG: "33", Tier.PROD: "1;31"}  # as terminals are told (ECMA-48)
PATIENCE: Final = 30.0  # seconds that an event loop stands still for a person; any other thread waits for ever
_LINE: Final = 4096  # bytes: no terminal's line is longer
_command = False


def paint(tier: Tier, stream: TextIO | None) -> str:
    """Return ``[INT]``, ``[STG]`` or ``[PROD]``, coloured where ``stream`` shows colours. The word is always there."""
    return mark(tier) if stream is not None and stream.isatty() else f"[{tier.label}]"


def mark(tier: Tier) -> str:
    """Return the same for the terminal itself."""
    word = f"[{tier.label}]"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return word if plain else f"\033[{COLOURS[tier]}m{word}\033[0m"


def say(line: str) -> None:
    """Write a line, already cleaned, to standard error. A stream that is closed or was never there stops nobody."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def warn(text: str) -> None:
    """Say one loud line."""
    say(f"tierguard: {clean(text)}")


def name_tier() -> None:
    """Make :func:`show_banner` speak where standard error is no terminal too: this process is a command, no library."""
    global _command
    _command = True


def show_banner(tier: Tier, text: str, *, records_only: bool = False) -> None:
    """Print the tier once: on a terminal, and for a command everywhere, unless standard error is the audit log."""
    stream = sys.stderr
    if stream and ((_command and not records_only) or stream.isatty()) and _shown.is_first((tier, text)):
        say(f"tierguard: {paint(tier, stream)} {clean(text)}")


def show_hint(tier: Tier, text: str) -> None:
    """Print a hint about the tier once, on a terminal only: whoever reads a log cannot use it."""
    if sys.stderr and sys.stderr.isatty():
        show_banner(tier, text)


class Once:
    """What was said before in this process: nobody needs to hear it again."""

    def __init__(self) -> None:
        self._known: set[Hashable] = set()
        self._lock = Lock()

    def is_first(self, what: Hashable) -> bool:
        """Return whether this is asked for the first time."""
        with self._lock:
            first = what not in self._known
            self._known.add(what)
        return first


_shown = Once()


class TtyPrompter:
    """Asks on the terminal itself, so that no pipe can answer, and hears only what is typed after the question."""

    def answer(self, question: str, stop: int | None = None) -> str:
        """Show ``question`` and return the line that a person then typed; an empty one where nobody can be asked.

        Raises:
            TimeoutError: nobody answered for as long as this thread can wait, or until ``stop`` can be read from.
            KeyboardInterrupt: Ctrl-C.
        """
        if not has_terminal():
            return ""
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        try:
            if os.tcgetpgrp(tty) != os.getpgrp():
                return ""  # a background job: reading would stop it, and nobody would know why
            body, _, prompt = question.rpartition("\n")
            _write(tty, f"{body}\n")
            with _listening(tty) as interrupt:  # what was typed or pasted until now is thrown away
                _write(tty, f"{prompt} ")
                answer = _read_line(tty, stop)
        except TimeoutError:
            raise
        except OSError:
            return ""  # the terminal has gone
        finally:
            os.close(tty)
        if interrupt in answer:
            raise KeyboardInterrupt
        return answer.decode(errors="replace").strip()


def patience() -> float | None:
    """Return how many seconds this thread can wait for a person; None is for ever, where no event loop runs in it."""
    asyncio = sys.modules.get("asyncio")
    return PATIENCE if asyncio is not None and asyncio._get_running_loop() is not None else None  # noqa: SLF001 - it does not raise


@contextmanager
def _listening(tty: int) -> Iterator[bytes]:
    """Let the terminal collect one line, whatever mode it was in, and forget what was typed before.

    Ctrl-C ends the line instead of sending a signal: the signal would reach a handler of the event loop's or of the
    server's, or the main thread while another one reads. Yields the character that it is.
    """
    import termios

    before = termios.tcgetattr(tty)
    flags_in, flags_out, flags, local, *speeds, characters = termios.tcgetattr(tty)
    interrupt = characters[termios.VINTR] if characters[termios.VINTR] != b"\0" else b"\3"
    characters = [*characters]
    characters[termios.VEOL] = interrupt
    flags_in = (flags_in | termios.ICRNL) & ~(termios.IGNCR | termios.INLCR)
    local = (local | termios.ICANON | termios.ECHO | termios.ECHOE) & ~termios.ISIG
    termios.tcsetattr(tty, termios.TCSAFLUSH, [flags_in, flags_out, flags, local, *speeds, characters])
    try:
        yield interrupt
    finally:
        termios.tcsetattr(tty, termios.TCSADRAIN, before)


def _write(tty: int, text: str) -> None:
    rest = text.encode(errors="replace")
    while rest:
        rest = rest[os.write(tty, rest) :]


def _read_line(tty: int, stop: int | None) -> bytes:
    watched = [tty] if stop is None else [tty, stop]
    if tty not in select.select(watched, [], [], patience())[0]:
        _write(tty, "\n")
        raise TimeoutError
    return os.read(tty, _LINE)
