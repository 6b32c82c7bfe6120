"""The audit log: append, verify, query. ``docs/audit.md`` says what it shows and what it cannot."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tierguard.audit.anchor import Anchor, Anchoring, FileAnchor, Head
    from tierguard.audit.follow import Follower, read_last
    from tierguard.audit.reading import Record, Wanted, query, read
    from tierguard.audit.report import summarise
    from tierguard.audit.sink import FileSink
    from tierguard.audit.stderr import StderrSink
    from tierguard.audit.verification import Fault, Verification, verify
    from tierguard.audit.volume import Volume

__all__ = [
    "Anchor",
    "Anchoring",
    "Fault",
    "FileAnchor",
    "FileSink",
    "Follower",
    "Head",
    "Record",
    "StderrSink",
    "Verification",
    "Volume",
    "Wanted",
    "query",
    "read",
    "read_last",
    "summarise",
    "verify",
]

_HOMES = {
    "anchor": ("Anchor", "Anchoring", "FileAnchor", "Head"),
    "follow": ("Follower", "read_last"),
    "reading": ("Record", "Wanted", "query", "read"),
    "report": ("summarise",),
    "sink": ("FileSink",),
    "stderr": ("StderrSink",),
    "verification": ("Fault", "Verification", "verify"),
    "volume": ("Volume",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: who appends does not pay for reading."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"tierguard.audit.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
