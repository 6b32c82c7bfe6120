"""The end of a log: where the chain stands, and what a crash left behind it."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from tierguard.audit.files import list_rotated, open_to_read
from tierguard.audit.record import GENESIS, Frame, parse_frame

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK: Final = 8192
_NEAR: Final = 2048
_LAST: Final = re.compile(
    rb'\{"v":\d{1,9},"seq":([1-9]\d{0,17}),"ts":"[^\n]*,"prev":"[0-9a-f]{64}","hash":"([0-9a-f]{64})"\}\n\Z'
)
_BIRTH: Final = re.compile(rb'\{"v":\d+,"seq":\d+,"ts":"([0-9T:.Z-]{20,32})"')


class Tail(NamedTuple):
    """The head of the chain in a file of ``size`` bytes, of which the last ``torn`` are no whole line."""

    size: int
    seq: int
    hash: str
    torn: int


UNKNOWN: Final = Tail(-1, 0, "", 0)


def read_tail(descriptor: int, size: int, active: Path) -> Tail:
    """Return where the chain in the open file stands; foreign lines after the last record are passed over."""
    end = os.pread(descriptor, _NEAR, max(0, size - _NEAR))
    match = _LAST.match(end, end.rfind(b"\n", 0, -1) + 1)
    if match:  # the usual case: another process appended one line
        return Tail(size, int(match[1]), match[2].decode("ascii"), 0)
    torn, frame = _scan_back(descriptor, size)
    frame = frame or _last_of_rotated(active)
    return Tail(size, frame.seq, frame.hash, torn) if frame else Tail(size, 0, GENESIS, torn)


def _scan_back(descriptor: int, size: int) -> tuple[int, Frame | None]:
    data, start, step = b"", size, _CHUNK
    torn: int | None = None
    while True:
        # Lines that are complete in ``data`` begin after its first line feed, or at the file's start.
        if torn is None and (b"\n" in data or start == 0):
            torn = len(data) - (data.rfind(b"\n") + 1)
        if torn is not None:
            lines = data[: len(data) - torn].split(b"\n")[:-1]
            for line in reversed(lines if start == 0 else lines[1:]):
                if frame := parse_frame(line.removeprefix(b"\xef\xbb\xbf") + b"\n"):
                    return torn, frame
        if start == 0:
            return torn or 0, None
        begin = max(0, start - step)
        data = os.pread(descriptor, start - begin, begin) + data
        start, step = begin, step * 4


def _last_of_rotated(active: Path) -> Frame | None:
    for path in reversed(list_rotated(active)):
        if path.suffix == ".gz":
            from collections import deque

            from tierguard.audit.reading import read_lines  # rarely needed, and it loads much

            last = deque(filter(None, map(parse_frame, read_lines(path))), maxlen=1)
            frame = last[0] if last else None
        else:
            with open_to_read(path) as stream:
                _, frame = _scan_back(stream.fileno(), os.fstat(stream.fileno()).st_size)
        if frame:
            return frame
    return None


def read_birth(descriptor: int) -> datetime | None:
    """Return when the file's first record was written, or None where there is none."""
    first = os.pread(descriptor, 128, 0).removeprefix(b"\xef\xbb\xbf")
    match = _BIRTH.match(first)
    try:
        return datetime.fromisoformat(match[1].decode()) if match else None
    except ValueError:
        return None
