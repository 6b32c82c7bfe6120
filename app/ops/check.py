"""``check_database_safety.py``: what would make this project unsafe."""

from dataclasses import asdict

import click

import tierguard
from app.core.config import ROOT


@click.command(
    "check_database_safety", help="Look for what would make this project unsafe; exit 1 where something does."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print the findings; return 1 where one is an error."""
    from tierguard.checks import run_checks
    from tierguard.checks.facts import gather
    from tierguard.cli import options
    from tierguard.cli.commands.doctor import exit_code, show

    tierguard.resolve(root=ROOT)
    findings = run_checks(gather(ROOT))
    if as_json:
        options.print_json([asdict(finding) for finding in findings])
    else:
        show(findings)
    return exit_code(findings)
