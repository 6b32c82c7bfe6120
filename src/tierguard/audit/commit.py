"""Group commit: of many writers that wait for the disk, one sync serves several.

Each process asks for its own ``fdatasync`` and the file system joins those that come together, as the journals of ext4
and XFS do: the two elections between processes that were tried, polling and with locks, were slower. Among the
threads of a process, one syncs for all: the kernel reports a lost write once per open file, and they share theirs.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FAILURES: Final = 256  # so many failed syncs a thread may sleep through and still hear of its own


class GroupCommit:
    """What one process wrote and synced of one log. Not shared across a fork."""

    def __init__(self) -> None:
        self._mutex = threading.RLock()  # a signal handler may append while its thread waits
        self._written = 0
        self._synced = 0
        self._failed: deque[tuple[range, OSError]] = deque(maxlen=_FAILURES)

    def take_ticket(self) -> int:
        """Return the number that a sync must reach to cover what was written just now. Call it under the log's lock."""
        self._written += 1
        return self._written

    def wait(self, ticket: int, borrow: Callable[[], int]) -> None:
        """Return once a sync that covers ``ticket`` has finished, running it here if no other thread did.

        ``borrow`` returns a descriptor of the log, which is closed here.

        Raises:
            OSError: the disk did not take it; every thread that this sync would have covered is told.
        """
        with self._mutex:
            if self._synced < ticket and not self._find_error(ticket):
                self._sync(borrow)
            if error := self._find_error(ticket):
                raise error

    def _find_error(self, ticket: int) -> OSError | None:
        return next((error for lost, error in self._failed if ticket in lost), None)

    def _sync(self, borrow: Callable[[], int]) -> None:
        written = self._written  # before the descriptor: what is counted from here on may be in a later file
        descriptor = borrow()
        try:
            sync_data(descriptor)
        except OSError as error:
            self._failed.append((range(self._synced + 1, written + 1), error))
        else:
            self._synced = max(self._synced, written)
        finally:
            os.close(descriptor)


def sync_data(descriptor: int) -> None:
    """Wait until the file's data is on the disk itself.

    Raises:
        OSError: the disk did not take it.
    """
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync stops at the drive's cache
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(descriptor)
