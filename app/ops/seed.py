"""``reset_and_seed_yaml.py``: reset INT or STG and write the YAML seeds; to PROD only add its reference data."""

import click

from app.ops.prepare import run


@click.command(
    "reset_and_seed_yaml",
    help="Reset INT (default) or STG, migrate and seed it from seeds/; PROD only gets its reference data.",
)
@click.argument("database", required=False)
@click.option("--keep", is_flag=True, help="Upgrade and add what is missing; keep the data.")
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(database: str | None, keep: bool, dry_run: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Seed the database that the argument, else the flags, name."""
    run(database, keep=keep, dry_run=dry_run, as_json=as_json)
