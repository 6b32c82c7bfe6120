"""Follow a log as it grows, through rotations, from its end: a log of any size starts at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tierguard.audit.files import list_chain, list_readable, list_rotated, open_to_read, split_rotated
from tierguard.audit.reading import Record, parse_object, read
from tierguard.audit.tails import read_tail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK: Final = 1 << 16


def read_last(base: Path, count: int) -> list[Record]:
    """Return the last ``count`` records beside ``base``, oldest first, reading backwards from the end.

    ``line`` is 0: nobody counted the lines before them. Compressed files are not opened.

    Raises:
        OSError: a file is there but cannot be read.
    """
    records = [record for active in list_readable(base)[0] for record in _last_of_chain(active, count)]
    return sorted(records, key=lambda record: record.ts)[-count:] if count > 0 else []


def _last_of_chain(active: Path, count: int) -> list[Record]:
    found: list[Record] = []
    for path in reversed(list_chain(active)):
        if len(found) >= count or path.suffix == ".gz":
            break
        with open_to_read(path) as stream:
            lines = _last_lines(stream.fileno(), count - len(found))
        found = [Record(str(path), 0, data) for line in lines if (data := parse_object(line)) is not None] + found
    return found


def _last_lines(descriptor: int, count: int) -> list[bytes]:
    start, data = os.fstat(descriptor).st_size, b""
    while start > 0 and data.count(b"\n") <= count:
        begin = max(0, start - _CHUNK)
        data = os.pread(descriptor, start - begin, begin) + data
        start = begin
    lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)
    return (lines if start == 0 else lines[1:])[-count:] if count > 0 else []


class Follower:
    """Reads what is appended beside ``base`` from now on, one :meth:`poll` at a time."""

    def __init__(self, base: Path) -> None:
        """Begin at the end of every chain that is there; one that appears later is read from its beginning."""
        self._base = base
        self._places: dict[Path, _Place] = {}
        for active in list_readable(base)[0]:
            self._places[active] = _Place(active, at_end=True)

    def poll(self) -> Iterator[Record]:
        """Yield the records that were completed since the last call."""
        for active in list_readable(self._base)[0]:
            place = self._places.setdefault(active, _Place(active, at_end=False))
            yield from place.read_new()

    def close(self) -> None:
        """Close the files."""
        for place in self._places.values():
            place.close()


class _Place:
    """How far one chain was read. A rotated file is read to its end before the next one is opened."""

    def __init__(self, active: Path, *, at_end: bool) -> None:
        self._active = active
        self._descriptor = -1
        self._rest = b""
        self._offset = 0
        self._seq = 0  # the last record that was read
        if self._open() and at_end:
            self._offset = os.fstat(self._descriptor).st_size
            self._skip_partial()
            self._seq = read_tail(self._descriptor, self._offset, active).seq
        elif rotated := list_rotated(active):
            self._seq = split[1] if at_end and (split := split_rotated(rotated[-1])) else 0

    def read_new(self) -> Iterator[Record]:
        while True:
            if self._descriptor < 0:
                if not self._open():
                    return
                yield from self._catch_up()
            replaced = self._is_replaced()  # asked before the last read: nothing is appended to a rotated file
            yield from self._read_lines()
            if not replaced:
                return
            self.close()

    def _catch_up(self) -> Iterator[Record]:
        """Yield what several rotations since the last look put into rotated files."""
        mine = os.fstat(self._descriptor).st_ino
        for path in list_rotated(self._active):
            split = split_rotated(path)
            if split and self._seq < split[1]:
                if path.stat().st_ino == mine:
                    self.close()  # rotated since it was opened; the loop opens the next one
                    self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                    return
                yield from (record for record in read([path]) if record.seq > self._seq)
                self._seq = split[1]

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _open(self) -> bool:
        try:
            self._descriptor = os.open(self._active, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        self._offset, self._rest = 0, b""
        return True

    def _skip_partial(self) -> None:
        """Move back to the beginning of a line that is just being written."""
        begin = max(0, self._offset - _CHUNK)
        data = os.pread(self._descriptor, self._offset - begin, begin)
        self._offset = begin + data.rfind(b"\n") + 1

    def _is_replaced(self) -> bool:
        try:
            now = self._active.stat()
        except FileNotFoundError:
            return False  # between two steps of a rotation
        mine = os.fstat(self._descriptor)
        return (now.st_ino, now.st_dev) != (mine.st_ino, mine.st_dev)

    def _read_lines(self) -> Iterator[Record]:
        if os.fstat(self._descriptor).st_size < self._offset:  # cut back after a crash or a full disk
            self._offset, self._rest = os.fstat(self._descriptor).st_size, b""
        while data := os.pread(self._descriptor, _CHUNK, self._offset):
            self._offset += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                if (parsed := parse_object(line)) is not None:
                    if isinstance(parsed.get("seq"), int):
                        self._seq = parsed["seq"]
                    yield Record(str(self._active), 0, parsed)
