"""Waiting for a lock on the log, but not for ever: whoever holds it may have been stopped, or may be no friend."""

from __future__ import annotations

import errno
import fcntl
from time import monotonic, sleep
from typing import Final

PATIENCE: Final = 4.0  # seconds; an append holds the lock for some microseconds
IMPATIENCE: Final = 0.05  # for the next one, where the last waited in vain: a hundred threads must not wait in turn
_FIRST_PAUSE: Final = 0.00002
_LONGEST_PAUSE: Final = 0.005


def wait_for_lock(descriptor: int, kind: int, patience: float = PATIENCE) -> None:
    """Take the lock ``kind`` (``LOCK_EX`` or ``LOCK_SH``) of an open file.

    Raises:
        OSError: somebody held it all the time.
    """
    until, pause = 0.0, _FIRST_PAUSE
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            now = monotonic()
            until = until or now + patience
            if now >= until:
                raise OSError(errno.EBUSY, "another process keeps it locked") from None
        else:
            return
        sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
