"""``reset_schema.py``: drop everything in INT, or in STG when it is asked for. Never in PROD."""

import click

import tierguard
from app.core.config import ROOT
from app.ops.work import one_line, transaction
from tierguard import tools
from tierguard.model import Operation, Tier


@click.command("reset_schema", help="Drop every table of INT (default) or STG. PROD is never reset.")
@click.argument("database", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be dropped and change nothing.")
def command(database: str | None, dry_run: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Reset the database that the argument, else the flags, name."""
    target = tierguard.resolve(database, root=ROOT)
    if dry_run:
        click.echo(f"[{target.tier.label}] everything that the project made would be dropped. Nothing was changed.")
        return
    from app.services import schema

    if target.tier is not Tier.PROD:
        tools.ensure_database(target)
    with tierguard.authorize(Operation.RESET, target=target) as grant:
        with one_line("The reset"), transaction(target) as connection:
            dropped = schema.drop_objects(connection)
        grant.detail["dropped"] = dropped
    click.echo(f"[{target.tier.label}] {dropped} objects dropped. The database is empty.")
