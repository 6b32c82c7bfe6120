"""What a command leaves behind stays a descendant of the process that handed consent down to it."""

from __future__ import annotations

import sys
from typing import Final

_PR_SET_CHILD_SUBREAPER: Final = 36  # prctl(2)


def adopt() -> None:
    """Become the parent of every descendant whose own parent ends, as of a daemon's first process; only on Linux."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # where it fails, daemons are strangers, and refused
