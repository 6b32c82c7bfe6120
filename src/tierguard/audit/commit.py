"""Group commit: of many writers that wait for the disk, in threads and processes, one syncs for all.

The file ``<log>.sync`` holds two counters: the number of the last sync that *started* and of the last that *finished*.
A writer notes the first one after its write, under the log's lock; any sync with a higher number covers its record.
Who syncs holds the file's lock; who waits looks at the counters.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from time import sleep
from typing import TYPE_CHECKING, Final

from tierguard.audit.files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_COUNTERS: Final = struct.Struct("<QQ")
_SHORTEST_PAUSE: Final = 2e-4  # seconds between two looks at the counters
_LONGEST_PAUSE: Final = 1e-3
_GATHERING: Final = 1e-4
_CROWDED: Final = 8


class GroupCommit:
    """The counters of one log and the election of who syncs. Not shared across a fork."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._leader = 0  # the thread that runs a sync
        self._descriptor = -1
        self._path: Path | None = None
        self._crowd = 0  # how many more syncs wait a moment for others to join
        self._finished = 0  # as last seen here
        self._failed: tuple[int, OSError] | None = None

    def close(self) -> None:
        """Release the file."""
        descriptor, self._descriptor = self._descriptor, -1
        self._path = None
        if descriptor >= 0:
            os.close(descriptor)

    def open(self, log: Path) -> None:
        """Open the counters of ``log`` where that is not done.

        Raises:
            OSError: the file cannot be opened or created.
        """
        if log is not self._path:
            self.close()
            self._descriptor = open_regular(log.with_name(f"{log.name}.sync"), os.O_RDWR | os.O_CREAT)
            self._path = log

    def take_ticket(self) -> int:
        """Return the number that a sync must exceed to cover what is written now. Call it under the log's lock."""
        ticket = max(self._read())
        if ticket < self._finished:
            self._finished = 0  # somebody emptied the file: what was seen counts no more
        return ticket

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
        if self._leader == threading.get_ident():  # a signal handler inside a sync
            _, descriptor = begin()
            _sync_and_close(descriptor)
            return
        if not self._mutex.acquire(blocking=False):
            self._crowd = _CROWDED
            self._mutex.acquire()
        try:
            if self._finished > ticket:
                return
            if self._failed and ticket < self._failed[0]:
                raise self._failed[1]
            self._leader = threading.get_ident()
            try:
                self._follow_or_lead(ticket, begin)
            finally:
                self._leader = 0
        finally:
            self._mutex.release()

    def _follow_or_lead(self, ticket: int, begin: Callable[[], tuple[int, int]]) -> None:
        pause = _SHORTEST_PAUSE
        while not self._try_to_lead():
            # Waiting in flock would wake everybody for each sync, and only one at a time would learn what is covered.
            self._crowd = _CROWDED
            sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            self._finished = self._read()[1]
            if self._finished > ticket:
                return
        try:
            self._finished = self._read()[1]
            if self._finished <= ticket:
                if self._crowd:
                    self._crowd -= 1
                    sleep(_GATHERING)  # those that the last sync covered are about to append again
                self._lead(begin)
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _try_to_lead(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lead(self, begin: Callable[[], tuple[int, int]]) -> None:
        number, descriptor = begin()
        try:
            _sync_and_close(descriptor)
        except OSError as error:
            # The kernel reports a lost write once per open file: threads that share ours must hear of it from us.
            self._failed = (number, error)
            raise
        os.pwrite(self._descriptor, number.to_bytes(8, "little"), 8)
        self._finished = number

    def _read(self) -> tuple[int, int]:
        data = os.pread(self._descriptor, _COUNTERS.size, 0)
        started, finished = _COUNTERS.unpack(data.ljust(_COUNTERS.size, b"\0"))
        return started, finished


def _sync_and_close(descriptor: int) -> None:
    try:
        sync_data(descriptor)
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
