"""For tests, yours and ours: a fake for every port, and the kit by which an adapter for a driver proves itself.

``DriverConformance`` needs pytest and a server; see :mod:`tierguard.testing.conformance`. The fakes need nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tierguard.model import Entry
    from tierguard.testing.conformance import DriverConformance

__all__ = ["DriverConformance", "FakeClock", "FakePrompter", "MemorySink"]


@dataclass
class FakePrompter:
    """A person who types the given answers in turn, and nothing once they are used up.

    Attributes:
        answers: what the person types.
        questions: what was asked, in order.
    """

    answers: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def answer(self, question: str, stop: int | None = None) -> str:
        """Note the question and return the next answer."""
        del stop  # whoever types at once is not too late
        self.questions.append(question)
        return self.answers.pop(0) if self.answers else ""


@dataclass
class FakeClock:
    """A clock that stands still until it is told to go on."""

    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time that it shows."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.time += timedelta(seconds=seconds)


@dataclass
class MemorySink:
    """An audit log in memory.

    Attributes:
        entries: what was recorded, in order.
        durable: for each entry whether it had to be on disk.
        failure: raised instead of recording, to try what happens when the log cannot be written.
    """

    entries: list[Entry] = field(default_factory=list)
    durable: list[bool] = field(default_factory=list)
    failure: OSError | None = None

    def append(self, entry: Entry, *, durable: bool) -> int:
        """Keep the entry and return its number, from 1.

        Raises:
            OSError: the failure that was asked for.
        """
        if self.failure is not None:
            raise self.failure
        self.entries.append(entry)
        self.durable.append(durable)
        return len(self.entries)


def __getattr__(name: str) -> Any:
    """Load the kit when it is asked for: it needs pytest."""
    if name == "DriverConformance":
        from tierguard.testing.conformance import DriverConformance

        return DriverConformance
    raise AttributeError(f"module 'tierguard.testing' has no attribute '{name}'")
