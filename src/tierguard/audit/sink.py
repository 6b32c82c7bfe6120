"""Append to the log: whole lines in one strict chain, from many threads and processes at once."""

from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import os
import weakref
from datetime import UTC, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Final, Self

from tierguard.audit.anchor import Head
from tierguard.audit.clock import SystemClock
from tierguard.audit.commit import GroupCommit
from tierguard.audit.files import explain
from tierguard.audit.logfile import LogFile
from tierguard.audit.record import encode_entry
from tierguard.audit.rotation import compress_older
from tierguard.forks import Lock, renew_in_children
from tierguard.model import Entry, Event, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tierguard.audit.anchor import Anchoring
    from tierguard.audit.tails import Tail
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
        anchoring: Anchoring | None = None,
    ) -> None:
        """Touch nothing yet: the file is opened, and created, by the first append.

        Args:
            path: the log; its folder is created 0700, its files 0600.
            clock: tells the time of each record.
            max_bytes: rotate before a file would grow beyond this.
            max_age: rotate once a file's first record is older than this; None never does.
            anchoring: where and how often to remember the head of the chain.
        """
        self._anchoring = anchoring
        self._clock = clock or SystemClock()
        self._log = LogFile(path, self._clock, max_bytes, max_age)
        self._commit = GroupCommit()
        self._thread_lock = Lock()
        self._reset()
        renew_in_children(self)
        _sinks.add(self)

    def _reset(self) -> None:
        self._busy = False
        self._dirty = False
        self._synced_at = monotonic()

    @property
    def path(self) -> Path:
        """Return the file that is appended to: beside the configured one where another user owns that."""
        return self._log.path

    def append(self, entry: Entry, *, durable: bool) -> int:
        """Write one record and return its sequence number; with ``durable``, once it is on disk.

        Raises:
            OSError: it cannot be written, and why. What was written earlier is whole, and a later append may succeed.
        """
        payload = encode_entry(entry)
        try:
            if not durable:
                durable = monotonic() - self._synced_at > LAG
            tail, rotated, ticket = self._append(payload, durable=durable)
            if durable:
                self._wait(ticket)
        except OSError as error:
            raise explain(error, self._log.path) from error
        if rotated:
            with contextlib.suppress(OSError):  # the record is written; the next rotation compresses
                compress_older(self._log.path)
        if self._anchoring is not None and self._anchoring.is_due():
            self._anchor(self._anchoring, tail)
        return tail.seq

    def flush(self) -> None:
        """Make every record of this process durable.

        Raises:
            OSError: the disk did not take it.
        """
        if self._dirty:
            with self._thread_lock:
                ticket = self._commit.take_ticket()
            self._wait(ticket)
            self._dirty = False

    def close(self) -> None:
        """Make every record durable and release the files; a later append opens them again."""
        try:
            self.flush()  # not under the lock, which the thread that syncs may need
        finally:
            with self._thread_lock:
                self._log.close()

    def __del__(self) -> None:
        """Release the files of a sink that nobody closed."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _anchor(self, anchoring: Anchoring, tail: Tail) -> None:
        """Remember the head; that this fails is recorded once, and never stops the work."""
        ts = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        try:
            self.flush()  # a head that a power cut takes from the log would look like a truncation
            anchoring.anchor.write(Head(self._log.path.name, tail.seq, tail.hash, ts))
        except Exception as error:  # noqa: BLE001 - whatever the other place raises
            failed, anchoring.failing = not anchoring.failing, True
            if failed:
                self.append(
                    Entry(Event.ANCHOR, decision=Outcome.ERROR, reason=f"anchoring failed: {error}"), durable=False
                )
        else:
            anchoring.failing = False

    def _append(self, payload: str, *, durable: bool) -> tuple[Tail, bool, int]:
        """Write one record; return the chain's head, whether the file was rotated, and a ticket to wait for."""
        with self._thread_lock:
            self._check()
            try:
                self._busy = True
                self._log.lock()
                rotated = self._log.append(payload)
                self._dirty = not durable
                return self._log.tail, rotated, self._commit.take_ticket()
            finally:
                self._busy = False
                if self._log.descriptor >= 0:  # not in a method: an interrupt at its start would leave the lock held
                    fcntl.flock(self._log.descriptor, fcntl.LOCK_UN)

    def _borrow(self) -> int:
        """Return a descriptor of the log that no other thread closes: of the file that this process wrote to last.

        What it wrote to an earlier one is durable: rotation sees to that.
        """
        with self._thread_lock:
            if self._log.descriptor < 0:  # another thread closed the sink
                self._check()
                self._log.open()
            return os.dup(self._log.descriptor)

    def _check(self) -> None:
        if self._busy:  # a signal handler inside an append: a second record here would break the chain
            raise OSError(errno.EDEADLK, "an append of this thread is already under way")

    def _wait(self, ticket: int) -> None:
        self._commit.wait(ticket, self._borrow)
        self._synced_at = monotonic()

    def start_over(self) -> None:
        """Drop what a fork shared with the parent, whose locks would be ours as well."""
        self._log.close()
        self._commit = GroupCommit()
        self._reset()


def _flush_all() -> None:
    for sink in _sinks:
        with contextlib.suppress(OSError):
            sink.flush()


atexit.register(_flush_all)
