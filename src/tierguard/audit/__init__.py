"""The audit log: append, verify, query. See ``docs/audit.md``."""

from __future__ import annotations

from tierguard.audit.sink import FileSink
from tierguard.audit.stderr import StderrSink

__all__ = ["FileSink", "StderrSink"]
