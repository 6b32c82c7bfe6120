"""Which process descends from which. A number alone says little: it is given to another process later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

_DEEPEST: Final = 256  # processes between the two
_AFTER_NAME: Final = slice(1, 20)  # fields 4 and 22 of /proc/PID/stat, counted from the one behind the name


class Kin(NamedTuple):
    """A process: its number, and when it started, by a clock of the system's that is only compared with itself."""

    pid: int
    started: str


def identify(pid: int) -> Kin | None:
    """Return the process that has this number now, or None."""
    seen = _look(pid)
    return Kin(pid, seen[1]) if seen else None


def descends(pid: int, ancestor: Kin) -> bool:
    """Return whether the process descends from ``ancestor``, or is it."""
    younger = ""
    for _ in range(_DEEPEST):
        seen = _look(pid)
        if seen is None:
            return False
        parent, started = seen
        if younger and _is_later(started, younger):
            return False  # the parent has ended meanwhile, and its number belongs to another one
        if pid == ancestor.pid:
            return started == ancestor.started
        if parent <= 1 and parent != ancestor.pid:
            return False
        pid, younger = parent, started
    return False


def read_command(pid: int) -> list[str]:
    """Return the words that a process was started with; none where they cannot be read."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return _ask_ps(pid, "command=").split() if sys.platform == "darwin" else []
    return [os.fsdecode(word) for word in words.split(b"\0")[:-1]]


def _look(pid: int) -> tuple[int, str] | None:
    """Return a process's parent and when it started."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return _look_by_ps(pid) if sys.platform == "darwin" else None
    fields = stat[stat.rfind(b")") + 2 :].split()
    if fields[0] in {b"Z", b"X", b"x"}:
        return None  # it has ended
    parent, *_, started = fields[_AFTER_NAME]
    return int(parent), started.decode()


def _is_later(one: str, other: str) -> bool:
    return one.isdigit() and other.isdigit() and int(one) > int(other)


def _look_by_ps(pid: int) -> tuple[int, str] | None:
    parent, _, started = _ask_ps(pid, "ppid=,lstart=").strip().partition(" ")
    return (int(parent), started.strip()) if parent.isdigit() else None


def _ask_ps(pid: int, what: str) -> str:
    command = ["/bin/ps", "-o", what, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - numbers and words of ours
