"""``check_database_safety.py``: ``tierguard doctor``, by the guide's name."""

import click

import tierguard
from app.core.config import ROOT
from tierguard import tools


@click.command("check_database_safety", help="Look for what would make this project unsafe; exit 1 if anything does.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print the findings; return 1 where one is an error."""
    tierguard.resolve(root=ROOT)
    return tools.show_findings(tools.check_project(ROOT), as_json=as_json)
