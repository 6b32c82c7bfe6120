"""The question of a process below, asked at the terminal of the one that handed consent down to it."""

from __future__ import annotations

import os
import re
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.evidence.kinship import descends, identify, read_command
from tierguard.model import Tier
from tierguard.process import consent, terminal
from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tierguard.process.chosen import Process

_COLOURS: Final = re.compile(r"\033\[[\d;]*m")
_MOST: Final = 8_000  # characters of a question that are shown


def ask_in_front(process: Process) -> Callable[[str, int, int], str]:
    """Return how a text of another process is shown to the person, and what they type is read."""

    def ask(text: str, stop: int, pid: int) -> str:
        program = " ".join(Path(word).name for word in read_command(pid)[:2])  # what follows may be a secret
        with _in_front():
            return consent.pass_on(process, _paint(f"\nProcess {pid} asks: {program}{text}"), stop)

    return ask


def _paint(text: str) -> str:
    """Return the text as the terminal may get it: what another process wrote is cleaned, and its tier marked here."""
    plain = clean(_COLOURS.sub("", text)[-_MOST:], keep="\n")
    for tier in Tier:
        plain = re.sub(rf"^\[{tier.label}\]", terminal.mark(tier), plain, flags=re.MULTILINE)
    return plain


@contextmanager
def _in_front() -> Iterator[None]:
    """Take the terminal from a job of a shell below, for as long as the question stands. Nobody else loses it."""
    before = 0
    with suppress(OSError):
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        try:
            own, front = identify(os.getpid()), os.tcgetpgrp(tty)
            if (
                own is not None
                and front not in {0, os.getpgrp()}
                and descends(front, own)
                and _put_in_front(tty, os.getpgrp())
            ):
                before = front
        finally:
            os.close(tty)
    try:
        yield
    finally:
        if before:
            with suppress(OSError):
                tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
                try:
                    _put_in_front(tty, before)
                finally:
                    os.close(tty)


def _put_in_front(tty: int, group: int) -> bool:
    """Make a process group the terminal's; return whether that could be done."""
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})  # who is not in front would be stopped for it
    try:
        os.tcsetpgrp(tty, group)
    except OSError:
        return False  # the group has ended
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)
    return True
