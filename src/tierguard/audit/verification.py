"""Verify a chain: find the first record that was edited, removed, inserted, moved or cut off."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

from tierguard.audit.anchor import Head
from tierguard.audit.continuity import Expected, compare
from tierguard.audit.files import list_chain, list_chains, list_rotated, split_rotated
from tierguard.audit.reading import decompress, open_settled
from tierguard.audit.record import GENESIS, parse_frame
from tierguard.audit.waiting import wait_for_lock
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

MOST_FAULTS: Final = 100  # per chain; the first one is what matters
_BLOCK: Final = 2048  # lines
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a chain does not hold: which file and line, the number the record claims, what and why."""

    path: str
    line: int
    seq: int | None
    kind: str
    why: str

    def __str__(self) -> str:
        """Return the fault on one line."""
        number = f" (seq {self.seq})" if self.seq is not None else ""
        return f"{self.path}:{self.line}{number}: {self.kind}: {self.why}"

    def as_finding(self) -> Finding:
        """Return the fault as a check's finding."""
        return Finding(f"audit-{self.kind}", Level.ERROR, str(self), subject=f"{self.path}:{self.line}")


@dataclass(slots=True)
class Verification:
    """What verifying one chain gave: how much was read, where it ends, what is wrong, what is worth knowing."""

    path: str
    files: int = 0
    records: int = 0
    head: Head | None = None
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Return whether the chain holds."""
        return not self.faults


def verify(
    paths: Iterable[Path], *, heads: Sequence[Head] = (), archived: bool = False, content: bool = False
) -> list[Verification]:
    """Verify every chain that ``paths`` name, each with its rotated files, and the chains of other users beside it.

    Args:
        paths: active logs; a rotated file alone is verified from the one before it.
        heads: what an anchor remembers of these chains.
        archived: accept a chain whose first files are elsewhere.
        content: also parse every record as JSON, which takes about three times as long.
    """
    found = []
    for path in paths:
        split = split_rotated(path)
        for active in [path] if split else list_chains(path):
            mine = [head for head in heads if head.log == (split[0] if split else active).name]
            anywhere = archived or split is not None
            list_files = partial(_with_predecessor, path, split[0]) if split else partial(list_chain, active)
            result = _verify_chain(active, list_files, mine, archived=anywhere, content=content)
            if result.files or mine or active == path:
                found.append(result)
    return found


def _with_predecessor(path: Path, active: Path) -> list[Path]:
    rotated = list_rotated(active)
    index = rotated.index(path) if path in rotated else 0
    return [*rotated[max(0, index - 1) : index], path]


def _verify_chain(
    active: Path, list_files: Callable[[], list[Path]], heads: list[Head], *, archived: bool, content: bool
) -> Verification:
    result = Verification(str(active))
    expected = Expected(1, GENESIS, anywhere=archived)
    known = {head.seq: head for head in heads}
    with ExitStack() as stack:
        try:
            opened = open_settled(list_files, stack)
        except OSError as error:
            opened = []
            why = error.strerror or str(error)
            result.faults.append(Fault(str(error.filename or active), 0, None, "unreadable", why))
        else:
            if not opened:
                result.faults.append(Fault(str(active), 0, None, "missing", "there is no such log"))
        result.files = len(opened)
        for path, plain in opened:
            _verify_file(path, plain, expected, known, result, content=content)
    if result.head is not None:
        result.head = Head(active.name, expected.seq - 1, expected.prev, result.head.ts)
    _compare_end(active, heads, expected, result)
    result.faults[:] = result.faults[:MOST_FAULTS]
    return result


def _compare_end(active: Path, heads: list[Head], expected: Expected, result: Verification) -> None:
    beyond = max((head for head in heads if head.seq >= expected.seq), key=lambda head: head.seq, default=None)
    if beyond is not None and split_rotated(active) is None:  # of a rotated file the rest is elsewhere
        why = f"the anchor has record {beyond.seq} of {beyond.ts}; the log ends at {expected.seq - 1}"
        result.faults.append(Fault(str(active), 0, beyond.seq, "truncated", why))


def _verify_file(  # noqa: PLR0913 - where, what is expected, what is known, and where it goes
    path: Path,
    plain: IO[bytes],
    expected: Expected,
    known: dict[int, Head],
    result: Verification,
    *,
    content: bool,
) -> None:
    try:
        _verify_lines(path, plain, expected, known, result, content=content)
    except OSError as error:
        result.faults.append(Fault(str(path), 0, None, "unreadable", error.strerror or str(error)))
    split = split_rotated(path)
    if split and expected.seq - 1 != split[1]:
        why = f"the file's name says that its last record is {split[1]}; it ends at {expected.seq - 1}"
        result.faults.append(Fault(str(path), 0, split[1], "truncated", why))


def _verify_lines(  # noqa: PLR0913 - as above
    path: Path,
    plain: IO[bytes],
    expected: Expected,
    known: dict[int, Head],
    result: Verification,
    *,
    content: bool,
) -> None:
    number = 0
    for lines in _read_blocks(path, plain):
        if content:
            _check_content(path, number, lines, result)
        for line in lines:
            number += 1
            body = line[:-76]
            digest = sha256(body).hexdigest()
            if not (
                line.startswith(b'{"v":1,"seq":%d,"ts":"' % expected.seq)
                and line.endswith(b',"prev":"%b","hash":"%b"}\n' % (expected.prev.encode(), digest.encode()))
            ):
                _explain(path, number, line, expected, result)
                continue
            if expected.seq in known and known[expected.seq].hash != digest:
                why = f"the anchor has another record of this number (of {known[expected.seq].ts})"
                result.faults.append(Fault(str(path), number, expected.seq, "replaced", why))
            expected.seq += 1
            expected.prev = digest
            result.records += 1
        if lines and (frame := parse_frame(lines[-1])):
            result.head = Head(path.name, frame.seq, frame.hash, frame.ts)


def _explain(path: Path, number: int, line: bytes, expected: Expected, result: Verification) -> None:
    if number == 1 and line.startswith(_BOM):
        result.faults.append(Fault(str(path), 1, None, "foreign", "a byte order mark stands before the first record"))
        line = line.removeprefix(_BOM)
    verdict = compare(line, expected)
    result.records += verdict.counts
    if verdict.note and verdict.note not in result.notes:
        result.notes.append(verdict.note)
    if verdict.kind and len(result.faults) < MOST_FAULTS:
        result.faults.append(Fault(str(path), number, verdict.seq, verdict.kind, verdict.why))


def _check_content(path: Path, number: int, lines: list[bytes], result: Verification) -> None:
    for offset, line in enumerate(lines, 1):
        try:
            json.loads(line)
        except ValueError as error:
            if parse_frame(line):  # anything else is a fault already
                result.faults.append(Fault(str(path), number + offset, None, "malformed", str(error)))


def _read_blocks(path: Path, plain: IO[bytes]) -> Iterator[list[bytes]]:
    """Yield the file's lines in blocks, up to where it ended when this began; writers may go on meanwhile."""
    packed = path.suffix == ".gz"
    left = 0 if packed else _size_now(plain)
    lines = decompress(path, plain)
    while block := list(islice(lines, _BLOCK)):
        if not packed:
            size = sum(map(len, block))
            while size > left:
                size -= len(block.pop())
            left -= size
        yield block
        if not packed and not left:
            return


def _size_now(stream: IO[bytes]) -> int:
    with suppress(OSError):
        wait_for_lock(stream.fileno(), fcntl.LOCK_SH)  # between two appends, so that no line is half written
    size = os.fstat(stream.fileno()).st_size
    with suppress(OSError):
        fcntl.flock(stream, fcntl.LOCK_UN)
    return size
