"""Where records go, and what happens when they cannot be written.

A person on PROD or STG is refused, a server falls back to JSON lines on standard error (which count), INT goes on
and says so once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tierguard import masking, terminal
from tierguard.detect import host_name, identify_actor
from tierguard.errors import AuditRefused
from tierguard.model import Authority, Ceiling, Entry, Tier

if TYPE_CHECKING:
    from tierguard.config import Config
    from tierguard.model import Context
    from tierguard.ports import AuditSink


@dataclass
class Recorder:
    """Completes entries with who, where and which project, and hands them to the sink."""

    config: Config
    context: Context
    sink: AuditSink | None = None
    _warned: bool = field(default=False, init=False)

    def record(self, entry: Entry, ceiling: Ceiling) -> int | None:
        """Write ``entry`` before the act that it describes; return its sequence number, or None where there is none.

        Raises:
            AuditRefused: the log cannot be written and the ceiling is a person's STG or PROD.
        """
        actor = identify_actor(self.context)
        full = replace(entry, project=self.config.project, host=host_name(), actor=actor)
        try:
            return self._file_sink().append(full, durable=ceiling.tier is not Tier.INT)
        except OSError as error:
            return self._fail(full, ceiling, error)

    def _file_sink(self) -> AuditSink:
        if self.sink is None:
            from tierguard.audit import FileSink

            self.sink = FileSink(self.config.audit_log)
        return self.sink

    def _fail(self, entry: Entry, ceiling: Ceiling, error: OSError) -> int | None:
        reason = masking.mask(error.strerror or str(error))
        where = os.path.relpath(self.config.audit_log, self.config.root)
        if ceiling.authority is Authority.SERVER:
            from tierguard.audit import StderrSink

            return StderrSink().append(entry, durable=False)
        if ceiling.tier is Tier.INT:
            if not self._warned:
                self._warned = True
                terminal.warn(f"the audit log {where} cannot be written ({reason}); INT goes on without it")
            return None
        raise AuditRefused(
            f"{ceiling.tier.label} refused: the audit log {where} cannot be written ({reason}).",
            hint="Make room or make it writable, then try again.",
            rule="audit-unwritable",
        ) from None
