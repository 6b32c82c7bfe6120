"""The ports: what the core asks of the world, as Protocols.

Fakes for every one of them are public, in :mod:`tierguard.testing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from tierguard.model import Entry


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current time, with its zone."""


class Prompter(Protocol):
    """Asks a person. Without a person at a terminal every question is answered no."""

    def confirm(self, question: str, expected: str) -> bool:
        """Show ``question`` and return whether the person typed exactly ``expected``."""


class AuditSink(Protocol):
    """Takes audit records."""

    def append(self, entry: Entry, *, durable: bool) -> int:
        """Write one record and return its sequence number.

        With ``durable`` the record is on disk when this returns. Raises ``OSError`` when it cannot be written.
        """
