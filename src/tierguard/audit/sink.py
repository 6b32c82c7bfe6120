"""Append to the log: whole lines in one strict chain, from many threads and processes at once."""

from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import hashlib
import os
import threading
import time
import weakref
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from tierguard.audit.clock import SystemClock
from tierguard.audit.commit import GroupCommit
from tierguard.audit.files import choose_own, explain, make_folder, open_regular, sync_folder
from tierguard.audit.record import encode_entry, seal
from tierguard.audit.recovery import set_aside
from tierguard.audit.rotation import compress_older, rotate
from tierguard.audit.tails import Tail, read_birth, read_tail
from tierguard.model import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tierguard.ports import Clock

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_AGE: Final = timedelta(days=30)
LAG: Final = 1.0  # seconds that a record without durability may stay unsynced while others follow
_sinks: weakref.WeakSet[FileSink] = weakref.WeakSet()


class FileSink:
    """Appends to one log file. Safe to share between threads; after a fork the child opens its own."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        max_bytes: int = MAX_BYTES,
        max_age: timedelta | None = MAX_AGE,
    ) -> None:
        """Touch nothing yet: the file is opened, and created, by the first append."""
        self._base = path
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._reset()
        _sinks.add(self)

    def _reset(self) -> None:
        self._thread_lock = threading.RLock()
        self._busy = False
        self._path = self._base
        self._descriptor = -1
        self._identity = (-1, -1)
        self._tail = Tail(-1, 0, "")
        self._born: datetime | None = None
        self._commit: GroupCommit | None = None
        self._dirty = False
        self._synced_at = time.monotonic()

    @property
    def path(self) -> Path:
        """Return the file that is appended to: beside the configured one where another user owns that."""
        return self._path

    def append(self, entry: Entry, *, durable: bool) -> int:
        """Write one record and return its sequence number; with ``durable``, once it is on disk.

        Raises:
            OSError: it cannot be written, and why. What was written earlier is whole, and a later append may succeed.
        """
        payload = encode_entry(entry)
        try:
            seq, ticket, rotated = self._append(payload, durable=durable)
            if ticket is not None:
                self._wait(ticket)
        except OSError as error:
            raise explain(error, self._path) from error
        if rotated:
            compress_older(self._path)
        return seq

    def flush(self) -> None:
        """Make every record of this process durable.

        Raises:
            OSError: the disk did not take it.
        """
        if self._dirty:
            with self._exclusive() as commit:
                ticket = commit.take_ticket()
            self._wait(ticket)
            self._dirty = False

    def close(self) -> None:
        """Make every record durable and release the files; a later append opens them again."""
        with self._thread_lock:
            try:
                self.flush()
            finally:
                self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self, ticket: int) -> None:
        if self._commit is not None:
            self._commit.wait(ticket, self._begin_sync)
            self._synced_at = time.monotonic()

    def _append(self, payload: str, *, durable: bool) -> tuple[int, int | None, bool]:
        rotated = False
        with self._exclusive() as commit:
            if self._tail.torn:
                self._recover()
            if self._is_full(len(payload)):
                rotated = rotate(self._path, self._descriptor, self._tail.seq)
                self._unlock()
                self._lock()
            seq = self._write(payload)
            late = not durable and time.monotonic() - self._synced_at > LAG
            ticket = commit.take_ticket() if durable or late else None
            self._dirty = ticket is None
        return seq, ticket, rotated

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[GroupCommit]:
        with self._thread_lock:
            if self._busy:  # a signal handler inside an append: a second record here would break the chain
                raise OSError(errno.EDEADLK, "an append of this thread is already under way")
            self._busy = True
            try:
                self._lock()
                if self._commit is None:
                    raise OSError(errno.EBADF, "the log is closed")
                yield self._commit
            finally:
                self._unlock()
                self._busy = False

    def _write(self, payload: str) -> int:
        tail = self._tail
        seq = tail.seq + 1
        line, digest = seal(payload, seq, self._clock.now(), tail.hash)
        self._tail = Tail(-1, 0, "")  # unknown until the line is whole
        try:
            written = os.write(self._descriptor, line)
        except OSError:
            os.ftruncate(self._descriptor, tail.size)
            raise
        if written != len(line):
            os.ftruncate(self._descriptor, tail.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._tail = Tail(tail.size + written, seq, digest)
        return seq

    def _recover(self) -> None:
        """Set the torn end of the file aside, then say so in the chain."""
        tail = self._tail
        torn = os.pread(self._descriptor, tail.torn, tail.size - tail.torn)
        place = set_aside(self._path, torn)
        os.ftruncate(self._descriptor, tail.size - tail.torn)
        self._tail = Tail(tail.size - tail.torn, tail.seq, tail.hash)
        detail = {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest(), "file": place.name}
        entry = Entry("audit.recovered", reason="an unfinished last line was set aside", detail=detail)
        self._write(encode_entry(entry))

    def _is_full(self, more: int) -> bool:
        if self._tail.size == 0 or self._tail.seq == 0:
            return False
        if self._tail.size + more > self._max_bytes:
            return True
        return self._max_age is not None and self._born is not None and self._clock.now() - self._born > self._max_age

    def _begin_sync(self) -> tuple[int, int]:
        with self._exclusive() as commit:
            return commit.start(), os.dup(self._descriptor)

    def _lock(self) -> None:
        """Hold the log's lock on the file that the path names now, knowing where its chain stands."""
        while True:
            if self._descriptor < 0:
                self._open()
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                status = self._path.lstat()
            except FileNotFoundError:
                self._close()
                continue
            if (status.st_ino, status.st_dev) != self._identity:
                self._close()  # rotated or replaced since
                continue
            if status.st_size != self._tail.size:
                self._tail = read_tail(self._descriptor, status.st_size, self._path)
            return

    def _unlock(self) -> None:
        if self._descriptor >= 0:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _open(self) -> None:
        path = choose_own(self._base)
        make_folder(path.parent)
        if self._commit is None or path != self._path:
            self._path = path
            self._commit = GroupCommit(path.with_name(f"{path.name}.sync"))
        self._descriptor = open_regular(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        status = os.fstat(self._descriptor)
        self._identity = (status.st_ino, status.st_dev)
        self._tail = Tail(-1, 0, "")
        self._born = read_birth(self._descriptor)
        if status.st_size == 0:
            sync_folder(path.parent)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def forget(self) -> None:
        """Drop what a fork shared: the parent's lock would be ours as well."""
        self._close()
        if self._commit is not None:
            self._commit.close()
        self._reset()


def _forget_all() -> None:
    for sink in _sinks:
        sink.forget()


def _flush_all() -> None:
    for sink in _sinks:
        with contextlib.suppress(OSError):
            sink.flush()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(_flush_all)
