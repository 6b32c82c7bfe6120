"""The audit log against its floors, in one run: a bare write, a bare write with fdatasync, logging with JSON.

Run it on a disk, not on tmpfs, where a sync costs nothing: ``python benchmarks/audit.py [FOLDER]``. Exits 1 where a
target is missed.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tierguard.audit import FileSink, verify
from tierguard.model import Actor, Entry, Location

if TYPE_CHECKING:
    from collections.abc import Callable

ACTOR = Actor("ada", 1000, "human", "/dev/pts/3", os.getpid(), "prep_db.py")
TARGET = Location("localhost", "5432", "instainstru_test", "7391239123912")
SLICES = 15
WRITERS = 8
LINE = b"x" * 640 + b"\n"


def make_entry(number: int) -> Entry:
    """Return an entry as long as real ones, with a detail of its own."""
    reason = "nothing asked for another tier"
    detail = {"ms": number % 977, "rows": number}
    return Entry(
        "connect", "default", "int", "read", "allow", "R9", reason, TARGET, ACTOR, "instainstru", "laptop", detail
    )


def rate(act: Callable[[int], object], count: int) -> float:
    """Return how often per second ``act`` runs."""
    start = time.perf_counter()
    for number in range(count):
        act(number)
    return count / (time.perf_counter() - start)


def compare(first: Callable[[int], object], second: Callable[[int], object], count: int) -> tuple[float, float]:
    """Return the median rates of both, taking turns so that a busy machine slows both down."""
    pairs = [(rate(first, count), rate(second, count)) for _ in range(SLICES)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


class JsonFormatter(logging.Formatter):
    """What most projects have instead of an audit log."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        entry: Entry = record.args[0]  # type: ignore[index, assignment]
        names = ("event", "database", "tier", "operation", "decision", "rule", "reason", "project", "host")
        data = {"ts": self.formatTime(record), **{name: getattr(entry, name) for name in names}}
        data["target"] = {name: getattr(entry.target, name) for name in ("host", "port", "database", "cluster")}
        data["actor"] = {name: getattr(entry.actor, name) for name in ("user", "uid", "kind", "tty", "pid", "argv0")}
        return json.dumps(data | {"detail": entry.detail})


def write_durably(log: Path, count: int, ready: object, go: object) -> None:
    """Append ``count`` durable records, once everybody is ready."""
    sink = FileSink(log)
    sink.append(make_entry(0), durable=True)
    ready.release()  # type: ignore[attr-defined]
    go.wait()  # type: ignore[attr-defined]
    for number in range(count):
        sink.append(make_entry(number), durable=True)


def write_barely(log: Path, count: int, ready: object, go: object) -> None:
    """Do what every process has to do at least for ``count`` durable lines: write and sync."""
    descriptor = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    ready.release()  # type: ignore[attr-defined]
    go.wait()  # type: ignore[attr-defined]
    for _ in range(count):
        os.write(descriptor, LINE)
        os.fdatasync(descriptor)


def measure_processes(act: Callable[..., None], log: Path, count: int) -> float:
    """Return how many records per second eight processes append together."""
    context = get_context("spawn")
    ready, go = context.Semaphore(0), context.Event()
    writers = [context.Process(target=act, args=(log, count, ready, go)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in writers:
        ready.acquire()
    start = time.perf_counter()
    go.set()
    for writer in writers:
        writer.join()
    return WRITERS * count / (time.perf_counter() - start)


def measure_threads(sink: FileSink, count: int) -> float:
    """Return how many records per second eight threads of one process append together."""

    def work() -> None:
        for number in range(count):
            sink.append(make_entry(number), durable=True)

    writers = [threading.Thread(target=work) for _ in range(WRITERS)]
    start = time.perf_counter()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return WRITERS * count / (time.perf_counter() - start)


def compare_writers(folder: Path, sink: FileSink, sync: Callable[[int], object]) -> list[float]:
    """Return the median rates of one bare writer, eight bare processes, eight processes and eight threads."""
    rounds = [
        (
            rate(sync, 500),
            measure_processes(write_barely, folder / "bare", 300),
            measure_processes(write_durably, folder / "shared.jsonl", 300),
            measure_threads(sink, 300),
        )
        for _ in range(5)
    ]
    return [median(column) for column in zip(*rounds, strict=True)]


def measure_tail(folder: Path) -> tuple[float, float]:
    """Return the seconds of ``tail -n 10`` on a log of 1 GB, and of the interpreter alone."""
    log = folder / "big.jsonl"
    with FileSink(folder / "block.jsonl") as sink:
        for number in range(2000):
            sink.append(make_entry(number), durable=False)
    block = (folder / "block.jsonl").read_bytes()
    with log.open("wb") as stream:
        while stream.tell() < 1_000_000_000:
            stream.write(block)
    program = "from tierguard.cli.main import main; main()"
    command = [sys.executable, "-c", program, "audit", "--file", str(log), "tail"]
    tail = median(_seconds(command) for _ in range(5))
    log.unlink()
    return tail, median(_seconds([sys.executable, "-c", "pass"]) for _ in range(5))


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Measure, print the table, return the exit code."""
    place = sys.argv[1] if len(sys.argv) > 1 else "."
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=place) as name:
        rows = measure(Path(name))
    print(f"{'what':44} {'measured':>14} {'floor':>14} {'ratio':>8} {'target':>14}  met")
    for what, measured, floor, ratio, target, met in rows:
        print(f"{what:44} {measured:>14} {floor:>14} {ratio:>8} {target:>14}  {'yes' if met else 'NO'}")
    return 0 if all(row[-1] for row in rows) else 1


def measure(folder: Path) -> list[tuple[str, str, str, str, str, bool]]:
    """Return the rows of the table."""
    entries = [make_entry(number) for number in range(5000)]
    bare = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    sink = FileSink(folder / "audit.jsonl")
    logger = logging.getLogger("tierguard.benchmark")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = logging.FileHandler(folder / "logging.jsonl")
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)

    def write(_: int) -> None:
        os.write(bare, LINE)

    def sync(_: int) -> None:
        os.write(bare, LINE)
        os.fdatasync(bare)

    rows = []
    floor, fast = compare(write, lambda number: sink.append(entries[number], durable=False), 4000)
    rows.append(_row("append, against a bare write", fast, floor, fast >= 40_000, "40000/s"))
    floor, fast = compare(
        lambda number: logger.info("%s", entries[number]),
        lambda number: sink.append(entries[number], durable=False),
        4000,
    )
    rows.append(_row("append, against logging with JSON", fast, floor, fast >= 40_000, "40000/s"))
    alone, durable = compare(sync, lambda number: sink.append(entries[number], durable=True), 150)
    rows.append(_row("durable append, against write+fdatasync", durable, alone, durable >= 0.8 * alone, "0.8x"))
    alone, floor, processes, threads = compare_writers(folder, sink, sync)
    rows.append(_row(f"the same, {WRITERS} processes at once", processes, alone, processes >= 5 * alone, "5x"))
    rows.append(_row(f"the same, {WRITERS} threads at once", threads, alone, threads >= 5 * alone, "5x"))
    rows.append(_row(f"  {WRITERS} processes with a bare write+fdatasync", floor, alone, met=True, target=""))
    sink.close()
    start = time.perf_counter()
    (result,) = verify([folder / "audit.jsonl"])
    checked = result.records / (time.perf_counter() - start)
    rows.append(_row(f"verify {result.records} records", checked, 0, result.ok and checked >= 250_000, "250000/s"))
    tail, interpreter = measure_tail(folder)
    rows.append(
        (
            "tail starts on 1 GB",
            f"{tail:.3f} s",
            f"{interpreter:.3f} s",
            f"{tail / interpreter:.1f}",
            "0.3 s",
            tail <= 0.3,
        )
    )
    return rows


def _row(what: str, measured: float, floor: float, met: bool, target: str) -> tuple[str, str, str, str, str, bool]:  # noqa: FBT001 - a row
    ratio = f"{measured / floor:.2f}" if floor else ""
    return (what, f"{measured:.0f}/s", f"{floor:.0f}/s" if floor else "", ratio, target, met)


if __name__ == "__main__":
    sys.exit(main())
