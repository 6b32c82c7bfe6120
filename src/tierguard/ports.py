"""The ports: what the core asks of the world, as Protocols.

Fakes for every one of them are public, in :mod:`tierguard.testing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tierguard.model import Entry


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current time, with its zone."""


class Prompter(Protocol):
    """Shows a question to a person and reads the answer. :mod:`tierguard.process.consent` says when one is asked."""

    def answer(self, question: str, stop: int | None = None) -> str:
        """Show ``question`` and return the line that a person then typed; an empty one where nobody can be asked.

        Args:
            question: what is shown; its last line says what to type.
            stop: a file descriptor; once it can be read from, the question is over.

        Raises:
            TimeoutError: nobody answered for as long as this thread can wait, or until ``stop``.
            KeyboardInterrupt: Ctrl-C.
        """


class AuditSink(Protocol):
    """Takes audit records."""

    def append(self, entry: Entry, *, durable: bool) -> int:
        """Write one record and return its sequence number.

        With ``durable`` the record is on disk when this returns. Raises ``OSError`` when it cannot be written.
        """


class Inspector(Protocol):
    """Looks at another database of a server that a driver is connected to."""

    def ask(self, parameters: Mapping[str, str], dbname: str, sql: str) -> str | None:
        """Return the first value that ``sql`` gives in that database, or None where there is no row.

        ``parameters`` are libpq's keywords of the driver's connection, with its password. Raises ``ConnectionError``
        where there is no answer.
        """
