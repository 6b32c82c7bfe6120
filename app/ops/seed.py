"""``reset_and_seed_yaml.py``: reset INT or STG and write the YAML seeds; to PROD only add its reference data."""

import click

import tierguard
from app.core.config import ROOT
from app.ops.prepare import STEPS, prepare
from app.ops.screen import Screen


@click.command(
    "reset_and_seed_yaml", help="Migrate, then seed from seeds/: INT (default), STG, or PROD's reference data."
)
@click.argument("database", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(database: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Seed the database that the argument, else the flags, name."""
    target = tierguard.resolve(database, root=ROOT)
    with Screen(target, STEPS, quiet=as_json) as screen:
        report = prepare(target, screen)
    screen.summarise(report.as_dict(), as_json=as_json)
