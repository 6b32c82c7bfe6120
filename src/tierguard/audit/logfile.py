"""One log file under its lock: where the chain stands, the next line, recovery and rotation.

The lock is ``flock`` on the log itself, held on the file that the path names: whoever finds another file there, after a
rotation, opens that one. Nothing here is safe between threads; :mod:`tierguard.audit.sink` sees to that.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from typing import TYPE_CHECKING, Final

from tierguard.audit.files import choose_own, make_folder, open_regular, sync_folder
from tierguard.audit.record import encode_entry, seal
from tierguard.audit.recovery import set_aside
from tierguard.audit.rotation import rotate
from tierguard.audit.tails import UNKNOWN, Tail, read_birth, read_tail
from tierguard.audit.waiting import IMPATIENCE, PATIENCE, wait_for_lock
from tierguard.model import Entry, Event

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from tierguard.ports import Clock

_MOST_TRIES: Final = 1000  # each is somebody's rotation between opening and locking


class LogFile:
    """The file that this process appends to. It is opened, and created, by the first :meth:`lock`."""

    def __init__(self, base: Path, clock: Clock, max_bytes: int, max_age: timedelta | None) -> None:
        """Append to ``base``, or beside it where another user owns that."""
        self.path = base
        self.descriptor = -1
        self.tail = UNKNOWN
        self._base = base
        self._name = str(base)
        self._clock = clock
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._identity = (-1, -1)
        self._born: datetime | None = None
        self._patience = PATIENCE

    def lock(self) -> None:
        """Hold the log's lock on the file that the path names now, knowing where its chain stands.

        Raises:
            OSError: the log cannot be opened for writing, or somebody else keeps its lock.
        """
        for _ in range(_MOST_TRIES):
            if self.descriptor < 0:
                self.open()
            self._wait()
            try:
                status = os.lstat(self._name)
            except FileNotFoundError:
                self.close()
                continue
            if (status.st_ino, status.st_dev) != self._identity:
                self.close()
                continue
            if status.st_size != self.tail.size:
                self.tail = read_tail(self.descriptor, status.st_size, self.path)
            return
        raise OSError(errno.EBUSY, "the file is replaced again and again")

    def _wait(self) -> None:
        patience, self._patience = self._patience, IMPATIENCE
        wait_for_lock(self.descriptor, fcntl.LOCK_EX, patience)
        self._patience = PATIENCE

    def unlock(self) -> None:
        """Let the others go on."""
        if self.descriptor >= 0:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file, which also releases its lock."""
        descriptor, self.descriptor = self.descriptor, -1
        self.tail = UNKNOWN
        if descriptor >= 0:
            os.close(descriptor)

    def append(self, payload: str) -> bool:
        """Write one record under the lock, after recovering or rotating as needed; return whether it rotated.

        Raises:
            OSError: it cannot be written; what was there is as it was.
        """
        if self.tail.torn:
            self._recover()
        now = self._clock.now()
        rotated = self._is_due(len(payload), now) and rotate(self.path, self.descriptor, self.tail.seq)
        if rotated:
            self.unlock()
            self.lock()
        self._write(payload, now)
        return rotated

    def _write(self, payload: str, now: datetime) -> None:
        size, seq, prev, _ = self.tail
        line, digest = seal(payload, seq + 1, now, prev)
        self.tail = UNKNOWN  # until the line is whole
        try:
            written = os.write(self.descriptor, line)
        except OSError:
            os.ftruncate(self.descriptor, size)
            raise
        if written != len(line):
            os.ftruncate(self.descriptor, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.tail = Tail(size + written, seq + 1, digest, 0)
        if size == 0:
            self._born = now

    def _recover(self) -> None:
        """Set the torn end of the file aside, then say so in the chain."""
        whole = self.tail.size - self.tail.torn
        torn = os.pread(self.descriptor, self.tail.torn, whole)
        place = set_aside(self.path, torn)
        os.ftruncate(self.descriptor, whole)
        self.tail = Tail(whole, self.tail.seq, self.tail.hash, 0)
        detail = {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest(), "file": place.name}
        entry = Entry(Event.RECOVERED, reason="an unfinished last line was set aside", detail=detail)
        self._write(encode_entry(entry), self._clock.now())

    def _is_due(self, more: int, now: datetime) -> bool:
        if self.tail.size + more > self._max_bytes:
            return self.tail.seq > 0
        return self._max_age is not None and self._born is not None and now - self._born > self._max_age

    def open(self) -> None:
        """Open the file that the path names, creating it and its folder as needed.

        Raises:
            OSError: the log cannot be opened for writing.
        """
        self.path = choose_own(self._base)
        self._name = str(self.path)
        make_folder(self.path.parent)
        self.descriptor = open_regular(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        status = os.fstat(self.descriptor)
        self._identity = (status.st_ino, status.st_dev)
        self._born = read_birth(self.descriptor)
        if status.st_size == 0:
            sync_folder(self.path.parent)
