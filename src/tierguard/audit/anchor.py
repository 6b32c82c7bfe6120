"""Anchoring: the head of the chain, kept where whoever can write the log cannot write.

A chain without a key shows edits only as long as nobody rewrites everything after them. A head that is remembered
elsewhere shows that too, and a tail that was cut off.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

from tierguard.audit.commit import sync_data
from tierguard.audit.files import make_folder, open_regular, open_to_read

if TYPE_CHECKING:
    from pathlib import Path

EVERY_RECORDS: Final = 1000
EVERY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of the log called ``log`` at some time."""

    log: str
    seq: int
    hash: str
    ts: str


class Anchor(Protocol):
    """A second place that remembers heads."""

    def write(self, head: Head) -> None:
        """Remember ``head``. Raises any exception when it cannot."""

    def read(self) -> list[Head]:
        """Return what is remembered, oldest first."""


class FileAnchor:
    """Remembers heads as JSON lines in a file, best on another disk or an append-only mount; one per host."""

    def __init__(self, path: Path) -> None:
        """Use ``path``, which the first :meth:`write` creates."""
        self._path = path

    def write(self, head: Head) -> None:
        """Append ``head``, durable when this returns.

        Raises:
            OSError: it cannot be written.
        """
        make_folder(self._path.parent)
        descriptor = open_regular(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, json.dumps(asdict(head), separators=(",", ":")).encode() + b"\n")
            sync_data(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> list[Head]:
        """Return the heads; lines that are none are passed over.

        Raises:
            OSError: the file cannot be read.
        """
        heads = []
        with open_to_read(self._path) as file:
            text = file.read().decode("utf-8", "replace")
        for line in text.splitlines():
            try:
                data = json.loads(line)
                heads.append(Head(str(data["log"]), int(data["seq"]), str(data["hash"]), str(data["ts"])))
            except (ValueError, KeyError, TypeError):
                continue
        return heads


class Anchoring:
    """When to anchor: after so many records or seconds of this process, whichever comes first."""

    def __init__(self, anchor: Anchor, *, records: int = EVERY_RECORDS, seconds: float = EVERY_SECONDS) -> None:
        """Anchor the first head at once, then as often as given."""
        self.anchor = anchor
        self.failing = False
        self._records = records
        self._seconds = seconds
        self._count = records
        self._at = monotonic()

    def is_due(self) -> bool:
        """Count one record; return whether the head should be written now."""
        self._count += 1
        if self._count < self._records and monotonic() - self._at < self._seconds:
            return False
        self._count, self._at = 0, monotonic()
        return True
