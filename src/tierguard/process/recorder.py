"""Where records go, and what happens when they cannot be written.

A person on PROD or STG is refused, a server falls back to JSON lines on standard error (which count), INT goes on
and says so once.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tierguard.errors import AuditRefused
from tierguard.evidence.detect import host_name, identify_actor
from tierguard.model import Authority, Ceiling, Entry, Tier
from tierguard.process import terminal
from tierguard.text import masking

if TYPE_CHECKING:
    from tierguard.audit import Volume
    from tierguard.evidence.config import Config
    from tierguard.model import Context
    from tierguard.ports import AuditSink


@dataclass
class Recorder:
    """Completes entries with who, where and which project, and hands them to the sink."""

    config: Config
    context: Context
    sink: AuditSink | None = None
    _fallback: AuditSink | None = field(default=None, init=False)
    _volume: Volume | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _warned: bool = field(default=False, init=False)

    def start_over(self) -> None:
        """Forget what the parent counted and which of its threads held the lock: for a child just forked."""
        self._lock = threading.Lock()
        if self._volume is not None:
            self._volume.drain()

    def record(self, entry: Entry, ceiling: Ceiling) -> int | None:
        """Write ``entry`` before the act that it describes; return its sequence number, or None where there is none.

        Raises:
            AuditRefused: the log cannot be written and the ceiling is a person's STG or PROD.
        """
        return self._write(self._complete(entry), ceiling)

    def count(self, entry: Entry, ceiling: Ceiling) -> None:
        """Write ``entry`` if this process has not lately; what it repeats is counted and summarised.

        Raises:
            AuditRefused: the log cannot be written and the ceiling is a person's STG or PROD.
        """
        full = self._complete(entry)
        with self._lock:
            if self._volume is None:
                self._volume = self._start_counting(ceiling)
            due = self._volume.admit(full, datetime.now(UTC))
        for one in due:
            self._write(one, ceiling)

    def _start_counting(self, ceiling: Ceiling) -> Volume:
        from tierguard.audit import Volume

        volume = Volume()

        def finish() -> None:
            with contextlib.suppress(AuditRefused):  # the process is over: there is nothing left to refuse
                for one in volume.drain():
                    self._write(one, ceiling)

        atexit.register(finish)
        return volume

    def _complete(self, entry: Entry) -> Entry:
        actor = identify_actor(self.context)
        return replace(entry, project=self.config.project, host=host_name(), actor=actor)

    def _write(self, full: Entry, ceiling: Ceiling) -> int | None:
        try:
            return self._file_sink().append(full, durable=ceiling.tier is not Tier.INT)
        except OSError as error:
            return self._fail(full, ceiling, error)

    def _file_sink(self) -> AuditSink:
        if self.sink is None:
            from tierguard.audit import Anchoring, FileAnchor, FileSink

            place = self.config.audit_anchor
            anchoring = Anchoring(FileAnchor(self.config.root / place)) if place else None
            self.sink = FileSink(self.config.audit_log, anchoring=anchoring)
        return self.sink

    def _fail(self, entry: Entry, ceiling: Ceiling, error: OSError) -> int | None:
        reason = masking.mask(error.strerror or str(error))
        where = os.path.relpath(self.config.audit_log, self.config.root)
        if ceiling.authority is Authority.SERVER:
            if self._fallback is None:
                from tierguard.audit import StderrSink

                self._fallback = StderrSink()
            return self._fallback.append(entry, durable=False)
        if ceiling.tier is Tier.INT:
            if not self._warned:
                self._warned = True
                terminal.warn(f"the audit log {where} cannot be written ({reason}); this goes on unrecorded")
            return None
        raise AuditRefused(
            f"{ceiling.tier.label} refused: the audit log {where} cannot be written ({reason}).",
            hint="Make room or make it writable, then try again.",
        ) from None
