"""``reset_schema.py``: put an empty database in INT's place, or in STG's when it is asked for. Never in PROD's."""

import click

import tierguard
from app.core.project import ROOT
from app.ops.screen import how_to_undo
from tierguard import tools
from tierguard.model import Target, Tier


@click.command("reset_schema", help="Drop every table of INT (default) or STG. PROD is never reset.")
@click.argument("database", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be dropped and change nothing.")
def command(database: str | None, dry_run: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Reset the database that the argument, else the flags, name."""
    target = tierguard.resolve(database, root=ROOT)
    if dry_run and target.tier is not Tier.PROD:
        kept = f"it is kept, and tierguard undo {target.tier} would bring it back"
        tools.say(f"An empty database would take the old one's place; {kept}. Nothing was changed.", tier=target.tier)
        return
    with tools.rebuild_database(target) as build:
        if not build.beside:
            _empty(build.target)
    tools.say("The database is empty.", tier=target.tier)
    if build.snapshot:
        tools.say(how_to_undo(target.tier), tier=target.tier)


def _empty(target: Target) -> None:
    from app.ops.work import one_line, transaction
    from app.services import schema

    with one_line("The reset"), transaction(target) as connection:
        schema.drop_objects(connection)
