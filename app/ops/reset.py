"""``reset_schema.py``: put an empty database in INT's place, or in STG's when it is asked for. Never in PROD's."""

import click

import tierguard
from app.core.config import ROOT
from app.ops.work import one_line, transaction
from tierguard import tools


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

    with tools.rebuild_database(target) as build, one_line("The reset"):
        if not build.beside:
            with transaction(target) as connection:
                schema.drop_objects(connection)
    kept = f" tierguard undo {target.tier} brings back what was in it." if build.snapshot else ""
    click.echo(f"[{target.tier.label}] The database is empty.{kept}")
