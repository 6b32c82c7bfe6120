"""``tierguard psql``: psql on one tier, without the user's startup file, with the tier in its prompt."""

from __future__ import annotations

import click

from tierguard.cli import child, options

_COLOURS = {"int": "32", "stg": "33", "prod": "1;31"}


@click.command(
    "psql",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    help="Run psql on the chosen tier: clean environment, no psqlrc, the tier in the prompt.",
)
@options.tier
@options.database
@click.argument("arguments", nargs=-1, metavar="[-- PSQL_ARG]...", type=click.UNPROCESSED)
def command(tier: str | None, database: str, arguments: tuple[str, ...]) -> int:
    """Run psql and return its exit code."""
    from tierguard.guard import authorize
    from tierguard.model import Operation
    from tierguard.session import current_session, resolve

    target = resolve(tier, database=database)
    config = current_session().config
    # psql's %[ %] keep the colour out of the prompt's width; %/ is the database, %R%x%# are psql's own.
    prompt = f"%[%033[{_COLOURS[target.tier]}m%][{target.tier.label}]%[%033[0m%] %/%R%x%# "
    line = ("psql", "-X", "-v", f"PROMPT1={prompt}", "-v", f"PROMPT2={prompt}", *arguments)
    with authorize(Operation.OPAQUE, target=target), child.passfile(config, target) as password_file:
        return child.run(line, child.environment(config, target, password_file))
