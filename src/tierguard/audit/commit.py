"""Group commit: of many writers that wait for the disk, in threads and processes, one syncs for all.

The file ``<log>.sync`` holds two counters: the number of the last sync that *started* and of the last that *finished*.
A writer notes the first one after its write, under the log's lock; any sync with a higher number covers its record.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from typing import TYPE_CHECKING, Final

from tierguard.audit.files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_COUNTERS: Final = struct.Struct("<QQ")


class GroupCommit:
    """The counters of one log and the election of who syncs. Not shared across a fork."""

    def __init__(self, path: Path) -> None:
        self._mutex = threading.Lock()
        self._descriptor = open_regular(path, os.O_RDWR | os.O_CREAT)
        self._failed: tuple[int, OSError] | None = None

    def close(self) -> None:
        """Release the file."""
        os.close(self._descriptor)

    def take_ticket(self) -> int:
        """Return the number that a sync must exceed to cover what is written now. Call it under the log's lock."""
        return max(self._read())

    def start(self) -> int:
        """Count one more sync as started and return its number. Call it under the log's lock."""
        number = max(self._read()) + 1
        os.pwrite(self._descriptor, number.to_bytes(8, "little"), 0)
        return number

    def wait(self, ticket: int, begin: Callable[[], tuple[int, int]]) -> None:
        """Return once a sync that covers ``ticket`` has finished, running it here if nobody else did.

        ``begin`` takes the log's lock, calls :meth:`start` and returns its number with a descriptor of the log, which
        is closed here.

        Raises:
            OSError: the disk did not take it; every writer that this sync would have covered is told.
        """
        with self._mutex:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                self._sync(ticket, begin)
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _sync(self, ticket: int, begin: Callable[[], tuple[int, int]]) -> None:
        if self._failed and ticket < self._failed[0]:
            raise self._failed[1]
        if self._read()[1] > ticket:
            return
        number, descriptor = begin()
        try:
            sync_data(descriptor)
        except OSError as error:
            # The kernel reports a lost write once per open file: threads that share ours must hear of it from us.
            self._failed = (number, error)
            raise
        finally:
            os.close(descriptor)
        os.pwrite(self._descriptor, number.to_bytes(8, "little"), 8)

    def _read(self) -> tuple[int, int]:
        data = os.pread(self._descriptor, _COUNTERS.size, 0)
        started, finished = _COUNTERS.unpack(data.ljust(_COUNTERS.size, b"\0"))
        return started, finished


def sync_data(descriptor: int) -> None:
    """Wait until the file's data is on the disk itself.

    Raises:
        OSError: the disk did not take it.
    """
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync stops at the drive's cache
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(descriptor)
