"""Read records back: over rotated and compressed files, several users' chains and several hosts' logs."""

from __future__ import annotations

import errno
import fcntl
import gzip
import heapq
import json
import zlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from tierguard.audit.files import list_chain, list_readable, open_to_read, split_rotated
from tierguard.audit.waiting import wait_for_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_TRIES = 20
_FREE_TRIES = 3  # without holding up writers
_NEEDLES = ("tier", "operation", "decision", "event", "database")


@dataclass(frozen=True, slots=True)
class Record:
    """One record and where it stands."""

    path: str
    line: int
    data: dict[str, Any]

    @property
    def ts(self) -> str:
        """Return when it was written, RFC 3339 in UTC; such texts sort by time."""
        return str(self.data.get("ts", ""))

    @property
    def seq(self) -> int:
        """Return its number in its chain."""
        return int(self.data.get("seq", 0))

    def actor(self, key: str) -> str:
        """Return one field of the actor as text, empty where it is unknown."""
        actor = self.data.get("actor")
        return str(actor.get(key, "")) if isinstance(actor, dict) else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What :func:`query` lets through; an empty field wants everything. ``since`` and ``until`` are like ``ts``."""

    tier: str = ""
    operation: str = ""
    decision: str = ""
    event: str = ""
    database: str = ""
    actor: str = ""  # user name, uid or kind
    since: str = ""
    until: str = ""


def read(paths: Iterable[Path]) -> Iterator[Record]:
    """Yield the records that ``paths`` hold, merged by time; within a chain their order is kept.

    A path is an active log (with its rotated files, and other users' chains where they may be read), one rotated
    file, or a folder of logs. Lines that are no JSON object are passed over: :func:`tierguard.audit.verify` names them.

    Raises:
        OSError: a file is there but cannot be read.
    """
    return _merge(paths, ())


def query(paths: Iterable[Path], wanted: Wanted) -> Iterator[Record]:
    """Yield the records that ``wanted`` lets through, in the order of :func:`read`.

    Raises:
        OSError: a file is there but cannot be read.
    """
    needles = tuple(
        f'"{key}":{json.dumps(value)}'.encode() for key in _NEEDLES if (value := getattr(wanted, key))
    )  # most lines are passed over without being parsed
    return (record for record in _merge(paths, needles) if _matches(record, wanted))


def _merge(paths: Iterable[Path], needles: tuple[bytes, ...]) -> Iterator[Record]:
    chains = [chain for path in paths for chain in _find_chains(path)]
    return heapq.merge(*(_read_chain(chain, needles) for chain in chains), key=lambda record: record.ts)


def _find_chains(path: Path) -> list[Callable[[], list[Path]]]:
    """Return for each chain what lists its files: they change while others write."""
    if path.is_dir():
        actives = {(split[0] if (split := split_rotated(file)) else file) for file in path.iterdir()}
        return [partial(list_chain, active) for active in sorted(actives) if active.suffix == ".jsonl"]
    if split_rotated(path):
        return [lambda: [path]]
    return [partial(list_chain, active) for active in list_readable(path)[0]]


def _read_chain(list_files: Callable[[], list[Path]], needles: tuple[bytes, ...]) -> Iterator[Record]:
    with ExitStack() as stack:
        # All are opened at once: what is rotated, compressed or removed from now on stays readable.
        for path, plain in open_settled(list_files, stack):
            for number, line in enumerate(decompress(path, plain), 1):
                if all(needle in line for needle in needles) and (data := parse_object(line)) is not None:
                    yield Record(str(path), number, data)


def open_settled(list_files: Callable[[], list[Path]], stack: ExitStack) -> list[tuple[Path, IO[bytes]]]:
    """Open all files of a chain at one moment, however often it is rotated meanwhile.

    Raises:
        OSError: one of them cannot be opened.
    """
    with ExitStack() as held:
        for left in reversed(range(_TRIES)):
            files = list_files()
            if left < _TRIES - _FREE_TRIES and files:  # a busy machine: hold up the next rotation
                with suppress(OSError):
                    wait_for_lock(held.enter_context(open_to_read(files[-1])).fileno(), fcntl.LOCK_SH)
                    files = list_files()
            try:
                opened: list[tuple[Path, IO[bytes]]] = [
                    (path, stack.enter_context(open_to_read(path))) for path in files
                ]
            except FileNotFoundError:  # renamed or compressed since it was listed
                if not left:
                    raise
            else:
                if files == list_files() or not left:
                    return opened
            stack.close()
            held.close()
    return []


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a plain or compressed file.

    Raises:
        OSError: it cannot be read, or is not what it was when it was compressed.
    """
    with open_to_read(path) as plain:
        yield from decompress(path, plain)


def decompress(path: Path, plain: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of the open file, which is compressed where ``path`` says so.

    Raises:
        OSError: it is not what it was when it was compressed.
    """
    stream: IO[bytes] = plain
    if path.suffix == ".gz":
        stream = gzip.GzipFile(fileobj=plain)  # type: ignore[assignment]
    try:
        yield from stream
    except (EOFError, zlib.error) as error:
        raise OSError(errno.EIO, f"the compressed file is damaged: {error}", str(path)) from error


def parse_object(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object that ``line`` holds, or None."""
    try:
        data = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _matches(record: Record, wanted: Wanted) -> bool:
    if any((value := getattr(wanted, key)) and record.data.get(key) != value for key in _NEEDLES):
        return False
    if wanted.actor and wanted.actor not in {record.actor("user"), record.actor("uid"), record.actor("kind")}:
        return False
    return wanted.since <= record.ts and (not wanted.until or record.ts <= wanted.until)
