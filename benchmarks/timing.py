"""Timing for the benchmarks: whole processes and calls, several runs, medians, and ratios within one run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def time_process(command: Sequence[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> float:
    """Return the seconds that a command takes from start to exit, in the folder ``cwd``.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=env, cwd=cwd)
    return time.perf_counter() - started


def compare(one: Callable[[], float], other: Callable[[], float], runs: int = 9) -> tuple[float, float, float]:
    """Return the medians of two measurements taken in turn, and the median of their ratio pair by pair."""
    one(), other()  # warm
    pairs = [(one(), other()) for _ in range(runs)]
    ratio = statistics.median(first / second for first, second in pairs)
    return statistics.median(first for first, _ in pairs), statistics.median(second for _, second in pairs), ratio


def report(name: str, measured: tuple[float, float, float], target: str, *, unit: str = "ms") -> None:
    """Print one line of the table: what, how long, its floor, the ratio and the target."""
    value, floor, ratio = measured
    scale = {"ms": 1e3, "us": 1e6, "s": 1}[unit]
    print(
        f"{name:<44} {value * scale:9.2f} {unit:<2}  floor {floor * scale:9.2f} {unit:<2}  ratio {ratio:6.2f}  {target}"
    )
    sys.stdout.flush()
