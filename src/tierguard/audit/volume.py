"""Keep the volume sensible: what one process repeats is counted, and the count is recorded.

The first of each kind is written at once, so that whatever ends the process, the log shows that it happened.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from tierguard.model import Entry

SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
MOST_KINDS: Final = 1024


@dataclass(slots=True)
class _Repeats:
    entry: Entry
    written: datetime | None  # when a count was last written; None lets the first repeat be written at once
    since: datetime
    until: datetime
    count: int = 0

    def is_due(self, now: datetime, period: timedelta) -> bool:
        # abs(): a clock that was set back must not silence this until it has caught up
        return self.count > 0 and (self.written is None or abs(now - self.written) >= period)

    def summarise(self) -> Entry:
        repeated = {"repeated": self.count, "since": self.since.isoformat(), "until": self.until.isoformat()}
        return replace(self.entry, detail={**self.entry.detail, **repeated})


class Volume:
    """Collapses the entries of one process. Not safe between threads: hold the caller's lock."""

    def __init__(self, write: Callable[[Entry], object], period: timedelta, *, prompt: bool = False) -> None:
        """Write with ``write``; of what repeats a count at most once per ``period`` and kind of entry.

        Args:
            write: writes one entry. What it could not write, it raises; the count is then kept and tried again.
            period: how long repeats of one kind are counted together.
            prompt: write the first repeat at once too, and count only what follows.
        """
        self._write = write
        self._period = period
        self._prompt = prompt
        self._seen: OrderedDict[Hashable, _Repeats] = OrderedDict()

    def admit(self, entry: Entry, now: datetime) -> None:
        """Write ``entry`` if it is the first of its kind, else count it; write the counts that are due.

        Entries are of one kind when everything but the reason is the same.
        """
        key = _key(entry)
        known = self._seen.get(key)
        if known is None:
            self._write(entry)
            self._seen[key] = _Repeats(entry, None if self._prompt else now, now, now)
            if len(self._seen) > MOST_KINDS:
                _, oldest = self._seen.popitem(last=False)
                self._settle(oldest, now)
        else:
            known.since = known.since if known.count else now
            known.until = now
            known.count += 1
            self._seen.move_to_end(key)
        for one in [one for one in self._seen.values() if one.is_due(now, self._period)]:
            self._settle(one, now)

    def drain(self) -> None:
        """Write every count that is left, for the process's end."""
        for one in list(self._seen.values()):
            self._settle(one, one.until)

    def forget(self) -> None:
        """Forget what was seen and counted: a forked child repeats nothing of its parent's."""
        self._seen.clear()

    def _settle(self, known: _Repeats, now: datetime) -> None:
        if known.count:
            self._write(known.summarise())
            known.written, known.count = now, 0


def _key(entry: Entry) -> Hashable:
    return (
        entry.event,
        entry.database,
        entry.tier,
        entry.operation,
        entry.decision,
        entry.rule,
        entry.target,
        entry.actor,
        entry.project,
        entry.host,
        repr(entry.detail) if entry.detail else "",
    )
