"""``tierguard doctor``: what would make this project unsafe."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from tierguard.model import Finding


@click.command("doctor", help="Look for what would make this project unsafe. Exit 1 if there is an error.")
@options.as_json
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print the findings and return the exit code."""
    from tierguard.checks import check_project
    from tierguard.process.automatic import REACHES, reach
    from tierguard.process.chosen import current_process

    findings = check_project()
    if not as_json:
        options.say(REACHES[reach(current_process().config)])
    return show_findings(findings, as_json=as_json)


def show_findings(findings: list[Finding], *, as_json: bool = False) -> int:
    """Print the findings for a person or as JSON, and return the exit code: 1 where one is an error, else 0."""
    from tierguard.model import Level

    if as_json:
        options.print_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    return int(any(finding.level is Level.ERROR for finding in findings))


def _show(findings: list[Finding]) -> None:
    """Print the findings; the word says how bad, the colour only repeats it."""
    from rich.console import Console

    console = Console(highlight=False)
    colours = {"error": "bold red", "warning": "yellow", "info": "blue"}
    for found in findings:
        console.print(
            f"[{colours[found.level]}]{found.level}[/] {options.cell(found.id)}: {options.cell(found.message)}",
            soft_wrap=True,
        )
        if found.hint:
            console.print(f"      {options.cell(found.hint)}", soft_wrap=True)
    errors = sum(found.level == "error" for found in findings)
    others = len(findings) - errors
    console.print(f"{errors} error{'' if errors == 1 else 's'}, {others} other finding{'' if others == 1 else 's'}.")
