"""What a person sees while a database is prepared: progress bars on standard error, the summary on standard output."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tierguard import tools
from tierguard.model import Target, Tier

_COLOURS = {Tier.INT: "green", Tier.STG: "yellow", Tier.PROD: "bold red"}


class Screen:
    """One bar a step. On a pipe it prints a line a step instead."""

    def __init__(self, target: Target, steps: tuple[str, ...], *, quiet: bool) -> None:
        """Prepare the bars of ``steps``; with ``quiet`` nothing is shown."""
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._steps = steps
        self._mark = f"[{_COLOURS[target.tier]}]\\[{target.tier.label}][/]"
        self._live = self._console.is_terminal
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._live,
        )
        self._tasks = [self._progress.add_task(f"{self._mark} {step}", start=False, total=1) for step in steps]

    def __enter__(self) -> Self:
        """Start drawing, but not yet: a question may come first, and bars would hide it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing, whatever happened."""
        del kind, error, trace
        self._progress.stop()

    def start(self, step: int) -> None:
        """Show that ``step`` began."""
        if step > 0:
            self._progress.start()  # after the questions of the first step
        self._progress.start_task(self._tasks[step])

    def finish(self, step: int) -> None:
        """Show that ``step`` is done."""
        task = self._tasks[step]
        total = self._progress.tasks[task].total or 1
        self._progress.update(task, completed=total)
        if not self._live:
            self.note(f"{step + 1}/{len(self._steps)} {self._steps[step]}: done")

    def note(self, text: str) -> None:
        """Print a line, where bars do not say it."""
        if not self._live:
            self._console.print(f"{self._mark} {text}")

    def progress(self, step: int) -> Callable[[int, int], None]:
        """Return a callback that moves the bar of ``step``."""

        def move(done: int, total: int) -> None:
            self._progress.update(self._tasks[step], completed=done, total=max(total, 1))

        return move

    def summarise(self, report: dict[str, Any], *, as_json: bool) -> None:
        """Print the result on standard output."""
        if as_json:
            tools.print_json(report)
            return
        table = Table(box=None, pad_edge=False, show_header=False)
        for step, seconds in report["seconds"].items():
            table.add_row(step, f"{seconds:.2f} s")
        table.add_row("[bold]Total[/]", f"[bold]{sum(report['seconds'].values()):.2f} s[/]")
        console = Console(highlight=False)
        console.print(table)
        rows = sum(report["rows"].values())
        console.print(
            f"{self._mark} at revision {report['revision']}: {rows:,} rows seeded, "
            f"{report['embedded']} services embedded, {report['analysed']} analysed.",
            soft_wrap=True,
        )
