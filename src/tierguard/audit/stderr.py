"""The last resort of a server whose log cannot be written: the same lines on standard error, which count."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tierguard.audit.clock import SystemClock
from tierguard.audit.record import GENESIS, encode_entry, seal
from tierguard.forks import Lock, renew_in_children

if TYPE_CHECKING:
    from typing import TextIO

    from tierguard.model import Entry
    from tierguard.ports import Clock


class StderrSink:
    """Writes records to standard error, in a chain of this process alone that starts at 1."""

    def __init__(self, *, clock: Clock | None = None, stream: TextIO | None = None) -> None:
        """Write to ``stream``; without one, to what ``sys.stderr`` is at the time of each record."""
        self._clock = clock or SystemClock()
        self._stream = stream
        self._lock = Lock()
        self.start_over()
        renew_in_children(self)

    def start_over(self) -> None:
        """Begin a chain of this process's own: a child that went on with its parent's would fork it."""
        self._seq = 0
        self._hash = GENESIS

    def append(self, entry: Entry, *, durable: bool) -> int:  # noqa: ARG002 - a stream has no disk to wait for
        """Write one record, flushed, and return its number in this process.

        Raises:
            OSError: standard error is closed or takes nothing.
        """
        payload = encode_entry(entry)
        stream = self._stream or sys.stderr
        with self._lock:
            line, digest = seal(payload, self._seq + 1, self._clock.now(), self._hash)
            try:
                stream.write(line.decode("ascii"))
                stream.flush()
            except (ValueError, AttributeError) as error:  # closed, or None as under pythonw
                raise OSError("standard error cannot take the audit record") from error
            self._seq += 1
            self._hash = digest
            return self._seq
