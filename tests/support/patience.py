"""One patience for everything that a test waits for, by how fast this machine is just now.

A limit is there so that a failure ends, never to find out how fast something is: so it is far beyond what is needed,
and grows with the machine's slowness. No test sleeps for luck: it waits until something is so.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

ENOUGH = 120.0  # seconds: many times what anything here takes on a quiet machine
QUIET = 0.025  # seconds: what starting an interpreter takes there
FRESH = 20.0  # seconds for which a measurement holds: other people's work comes and goes
STEP = 0.01  # seconds between two looks

_measured = (-FRESH, 1.0)


def slowness() -> float:
    """Return how many times slower than a quiet machine this one starts a process now; never less than 1."""
    global _measured
    if time.monotonic() - _measured[0] >= FRESH:
        start = time.monotonic()
        subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=True)
        end = time.monotonic()
        _measured = end, max(1.0, (end - start) / QUIET)
    return _measured[1]


def patience(seconds: float = ENOUGH) -> float:
    """Return how long to wait for what takes a quiet machine much less than ``seconds``."""
    return seconds * slowness()


def wait_until(condition: Callable[[], T], what: object = "", *, seconds: float = ENOUGH) -> T:
    """Look until ``condition`` gives something true, and return that.

    Raises:
        AssertionError: the patience is over; it says ``what``, called if it can be.
    """
    start = time.monotonic()
    while not (found := condition()):
        if time.monotonic() - start > patience(seconds):
            raise AssertionError(
                f"nothing came of it in {patience(seconds):.0f} s: {what() if callable(what) else what}"
            )
        time.sleep(STEP)
    return found
