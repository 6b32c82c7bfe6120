"""Is a terminal there, at which somebody could be asked?"""

from __future__ import annotations

import os
import sys


def has_terminal() -> bool:
    """Return whether a person can be asked: standard input is a terminal and /dev/tty opens."""
    try:
        if not (sys.stdin and sys.stdin.isatty()):
            return False
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except (OSError, ValueError):
        return False
    return True
