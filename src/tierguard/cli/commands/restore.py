"""``tierguard restore FILE``: pg_restore into the tier that the archive was made from, whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tierguard.cli import launching, options

if TYPE_CHECKING:
    from tierguard.evidence.config import Config
    from tierguard.model import Target


@click.command(
    "restore", help="Restore FILE into the chosen tier, in one transaction; another tier's archive is refused."
)
@options.tier
@options.database
@click.option("--clean", is_flag=True, help="Drop what the archive replaces first.")
@options.as_json
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def command(tier: str | None, database: str, file: str, clean: bool, as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Restore, and return 0, or 4 where pg_restore failed."""
    from tierguard.databases.authorization import authorize, record_refusal
    from tierguard.databases.programs import archives
    from tierguard.databases.programs.finding import find_program
    from tierguard.databases.programs.passfile import passfile
    from tierguard.deciding.archives import entries_to_restore, judge_archive
    from tierguard.errors import PolicyRefused
    from tierguard.model import Operation, Outcome
    from tierguard.process.chosen import current_process, resolve

    target = resolve(tier, database=database)
    config = current_process().config
    program = find_program("pg_restore", target)
    listing = archives.read(program, "--list", file)
    operation = Operation.DESTROY if clean else Operation.BULK_WRITE
    decision = judge_archive(archives.describe(program, file, listing), target.tier, _names(config, target))
    if decision.outcome is Outcome.REFUSE:
        refusal = PolicyRefused(
            f"{target.name}: {decision.reason}.",
            hint="Restore it into the tier that it was made from.",
            rule=decision.rule,
        )
        raise record_refusal(target, operation, refusal)
    with (
        authorize(operation, target=target, plan=f"restore {Path(file).name}"),
        passfile(config, target) as password_file,
        tempfile.NamedTemporaryFile("w", suffix=".list") as entries,
    ):
        entries.write(entries_to_restore(listing, clean=clean))
        entries.flush()
        environment = launching.environment(config, target, password_file)
        line = [program, "--exit-on-error", "--single-transaction", "--no-owner", f"--use-list={entries.name}"]
        line += ["--clean", "--if-exists"] if clean else []
        code = launching.run_or_fail([*line, f"--dbname={environment['PGDATABASE']}", file], environment)
    if as_json:
        told = {"tier": target.tier.value, "database": target.database, "file": file, "clean": clean}
        launching.print_result(code, "pg_restore", told)
    return code


def _names(config: Config, target: Target) -> dict[Any, str]:
    """Return the database name of every configured tier; nothing is started or contacted for it."""
    from tierguard.errors import SettingMismatch, SettingMissing
    from tierguard.evidence import sources
    from tierguard.model import Tier
    from tierguard.process.chosen import current_process
    from tierguard.text import conninfo

    process, names = current_process(), {}
    database, ci = config.database(target.database), process.context.ci
    for tier in Tier:
        if database.is_elsewhere(tier, target.tier):
            continue
        try:
            url, _ = sources.read_url(config, database, tier, ci=ci, environ=process.environ)
        except (SettingMissing, SettingMismatch):
            continue
        names[tier] = conninfo.parse(url).effective().get("dbname", "")
    return names
