"""Where records go, and what happens when they cannot be written.

A person on PROD or STG is refused, a server falls back to JSON lines on standard error (which count), INT goes on
and says so once. A refusal stands whether or not it can be written.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from tierguard.errors import AuditRefused
from tierguard.evidence.detect import host_name, identify_actor
from tierguard.forks import Lock, renew_in_children
from tierguard.model import Authority, Ceiling, Entry, Outcome, Tier
from tierguard.process import terminal
from tierguard.text import masking

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.audit import Volume
    from tierguard.evidence.config import Config
    from tierguard.model import Context
    from tierguard.ports import AuditSink


@dataclass(eq=False)
class Recorder:
    """Completes entries with who, where and which project, and hands them to the sink."""

    config: Config
    context: Context
    sink: AuditSink | None = None
    _fallback: AuditSink | None = field(default=None, init=False)
    _volumes: dict[Ceiling | Authority, Volume] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _warned: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        renew_in_children(self)

    def start_over(self) -> None:
        """Forget what the parent counted: for a child just forked."""
        for volume in self._volumes.values():
            volume.forget()

    def record(self, entry: Entry, ceiling: Ceiling) -> int | None:
        """Write ``entry`` before the act that it describes; return its sequence number, or None where there is none.

        Raises:
            AuditRefused: the log cannot be written and the ceiling is a person's STG or PROD.
        """
        try:
            return self._append(
                self._complete(entry), durable=ceiling.tier is not Tier.INT, authority=ceiling.authority
            )
        except OSError as error:
            self._bear(error, ceiling)
            return None

    def count(self, entry: Entry, ceiling: Ceiling) -> None:
        """Write ``entry`` if this process has not lately; what it repeats is counted and summarised.

        Where a log that cannot be written stops the process, it is written to in each second in which there is
        something to say, so that one that fails later is noticed.

        Raises:
            AuditRefused: the log cannot be written and the ceiling is a person's STG or PROD.
        """
        write = partial(self._append, durable=ceiling.tier is not Tier.INT, authority=ceiling.authority)
        prompt = ceiling.tier is not Tier.INT and ceiling.authority is not Authority.SERVER
        try:
            self._admit(ceiling, entry, write, prompt=prompt)
        except OSError as error:
            self._bear(error, ceiling)

    def record_refusal(self, entry: Entry, authority: Authority = Authority.PROCESS) -> None:
        """Write a refusal, on disk when this returns; what is repeated is counted, and the count written each second.

        The one door for refusals. A refusal stands whether or not it can be written, so this raises nothing for that.

        Args:
            entry: what was refused, and on which tier; its decision is set here.
            authority: on whose word the process acts: a server's refusals go to standard error at worst.
        """
        write = partial(self._append, durable=True, authority=authority)
        try:
            self._admit(authority, replace(entry, decision=Outcome.REFUSE), write, prompt=True)
        except OSError as error:
            self._warn_once(error)

    def _admit(self, key: Ceiling | Authority, entry: Entry, write: Callable[[Entry], object], *, prompt: bool) -> None:
        full = self._complete(entry)
        with self._lock:
            if key not in self._volumes:
                self._volumes[key] = self._start_counting(write, prompt=prompt)
            self._volumes[key].admit(full, datetime.now(UTC))

    def _start_counting(self, write: Callable[[Entry], object], *, prompt: bool) -> Volume:
        from tierguard.audit import Volume
        from tierguard.audit.volume import MINUTE, SECOND

        volume = Volume(write, SECOND if prompt else MINUTE, prompt=prompt)

        def finish() -> None:
            try:
                with self._lock:
                    volume.drain()
            except OSError as error:  # the process is over: there is nothing left to refuse
                self._warn_once(error)

        atexit.register(finish)
        return volume

    def _append(self, full: Entry, *, durable: bool, authority: Authority) -> int:
        try:
            return self._open_sink().append(full, durable=durable)
        except OSError:
            if authority is not Authority.SERVER:
                raise
        if self._fallback is None:
            from tierguard.audit import StderrSink

            self._fallback = StderrSink()
        return self._fallback.append(full, durable=False)

    def _bear(self, error: OSError, ceiling: Ceiling) -> None:
        """Go on without a record on INT, once aloud; refuse elsewhere. A server came here without standard error too.

        Raises:
            AuditRefused: the ceiling is STG or PROD.
        """
        if ceiling.tier is Tier.INT:
            self._warn_once(error)
            return
        hint = "Make room or make it writable, then try again."
        raise AuditRefused(f"{ceiling.tier.label} refused: {self._describe(error)}.", hint=hint) from None

    def _complete(self, entry: Entry) -> Entry:
        actor = identify_actor(self.context)
        return replace(entry, project=self.config.project, host=host_name(), actor=actor)

    def _open_sink(self) -> AuditSink:
        if self.sink is None:
            from tierguard.audit import Anchoring, FileAnchor, FileSink, StderrSink

            place = self.config.audit_anchor
            anchoring = Anchoring(FileAnchor(self.config.root / place)) if place else None
            log = self.config.audit_log
            self.sink = FileSink(log, anchoring=anchoring) if log else StderrSink()
        return self.sink

    def _warn_once(self, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            terminal.warn(f"{self._describe(error)}; continuing without a record")

    def _describe(self, error: OSError) -> str:
        log = self.config.audit_log
        where = f"the audit log {os.path.relpath(log, self.config.root)}" if log else "the audit log, standard error,"
        return f"{where} cannot be written ({masking.mask(error.strerror or str(error))})"
