"""``reset_and_seed_yaml.py``: migrate, then write the YAML seeds. INT's old data goes first; STG's stays."""

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
    from app.ops import pipeline

    target = tierguard.resolve(database, root=ROOT)
    data = pipeline.read_seeds()
    with Screen(target, STEPS, quiet=as_json) as screen:
        report = prepare(target, data, screen)
    screen.summarise(report.as_dict(), as_json=as_json)
