"""Keep the volume sensible: what one process repeats is counted, and the count is recorded.

Pure but for the dictionary it keeps: times come in, entries to write come out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tierguard.model import Entry

PERIOD: Final = timedelta(minutes=1)
MOST_KINDS: Final = 256


@dataclass(slots=True)
class _Repeats:
    entry: Entry
    since: datetime
    until: datetime
    count: int = 0


class Volume:
    """Collapses identical entries of one process. Not safe between threads: hold the caller's lock."""

    def __init__(self, period: timedelta = PERIOD) -> None:
        """Summarise what repeats at most once per ``period`` and kind of entry."""
        self._period = period
        self._seen: dict[Hashable, _Repeats] = {}

    def admit(self, entry: Entry, now: datetime) -> list[Entry]:
        """Return what to write for ``entry``: itself the first time, a summary once per period, mostly nothing.

        Entries are identical when everything but ``detail`` is; refusals must not come here.
        """
        due = self._collect(now)
        key = _key(entry)
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = _Repeats(entry, now, now)
            return [*due, entry]
        known.count += 1
        known.until = now
        return due

    def drain(self) -> list[Entry]:
        """Return a summary of everything still uncounted, for the process's end, and start over."""
        rest = [_summarise(known) for known in self._seen.values() if known.count]
        self._seen.clear()
        return rest

    def _collect(self, now: datetime) -> list[Entry]:
        if len(self._seen) >= MOST_KINDS:
            return self.drain()
        due = []
        for known in self._seen.values():
            if now - known.since >= self._period:
                if known.count:
                    due.append(_summarise(known))
                known.since, known.count = now, 0
        return due


def _summarise(known: _Repeats) -> Entry:
    repeated = {"repeated": known.count, "since": known.since.isoformat(), "until": known.until.isoformat()}
    return replace(known.entry, detail={**known.entry.detail, **repeated})


def _key(entry: Entry) -> Hashable:
    return (
        entry.event,
        entry.database,
        entry.tier,
        entry.operation,
        entry.decision,
        entry.rule,
        entry.reason,
        tuple(sorted(entry.target.items())),
        entry.actor,
        entry.project,
        entry.host,
    )
