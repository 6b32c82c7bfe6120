"""What a person sees while a database is prepared: progress bars on standard error, the summary on standard output."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tierguard import tools
from tierguard.model import Target, Tier

if TYPE_CHECKING:
    from rich.progress import Progress

_COLOURS = {Tier.INT: "green", Tier.STG: "yellow", Tier.PROD: "bold red"}


class Screen:
    """One bar a step; on a pipe a line a step. The bars are loaded and drawn when there is something to wait for."""

    def __init__(self, target: Target, *, quiet: bool) -> None:
        """Prepare to show what happens to ``target``; with ``quiet`` nothing is shown."""
        self._tier = target.tier
        self._quiet = quiet
        self._live = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._steps: tuple[str, ...] = ()
        self._bars: Progress | None = None

    def __enter__(self) -> Self:
        """Draw nothing yet: a question may come first, and bars would hide it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing, whatever happened."""
        del kind, error, trace
        if self._bars is not None:
            self._bars.stop()

    def plan(self, steps: tuple[str, ...]) -> None:
        """Say which steps there are, once nobody is asked any more."""
        self._steps = steps
        if not self._live:
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=Console(stderr=True, highlight=False),
        )
        mark = f"[{_COLOURS[self._tier]}]\\[{self._tier.label}][/]"
        for step in steps:  # in this order, so that a step's place is its bar's id
            self._bars.add_task(f"{mark} {step}", start=False, total=1)
        self._bars.start()

    def start(self, step: str) -> None:
        """Show that ``step`` began."""
        if self._bars is not None:
            self._bars.start_task(self._bars.task_ids[self._steps.index(step)])

    def finish(self, step: str) -> None:
        """Show that ``step`` is done."""
        place = self._steps.index(step)
        if self._bars is not None:
            bar = self._bars.tasks[place]
            if not bar.started:  # it is over before there was a bar
                self._bars.start_task(bar.id)
            self._bars.update(bar.id, completed=bar.total or 1)
        else:
            self.note(f"{place + 1}/{len(self._steps)} {step}: done")

    def note(self, text: str) -> None:
        """Print a line, unless bars say it."""
        if not self._quiet and self._bars is None:
            tools.say(text, tier=self._tier, err=True)

    def progress(self, step: str) -> Callable[[int, int], None]:
        """Return a callback that moves the bar of ``step``."""

        def move(done: int, total: int) -> None:
            if self._bars is not None:
                bar = self._bars.task_ids[self._steps.index(step)]
                self._bars.update(bar, completed=done, total=max(total, 1))

        return move

    def summarise(self, report: dict[str, Any], *, as_json: bool) -> None:
        """Print the result on standard output."""
        if as_json:
            tools.print_json(report)
            return
        seconds = {**report["seconds"], "Total": sum(report["seconds"].values())}
        width = max(map(len, seconds))
        for step, spent in seconds.items():
            tools.say(f"{step:<{width}} {spent:8.2f} s")
        rows = sum(report["rows"].values())
        how = "copied from a prepared database:  " if report["prepared"] else ""
        tools.say(
            f"{how}revision {report['revision']}, {rows:,} rows seeded, {report['embedded']} services embedded, "
            f"{report['analysed']} analysed.",
            tier=self._tier,
        )
        if report["snapshot"]:
            tools.say(how_to_undo(self._tier), tier=self._tier)


def how_to_undo(tier: Tier) -> str:
    """Return the sentence for who wants the old database back."""
    return f"tierguard undo {tier} brings back the old database."
