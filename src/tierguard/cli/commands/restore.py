"""``tierguard restore FILE``: pg_restore into the tier that the archive was made from, whole or not at all."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tierguard.cli import launching, options
from tierguard.cli.passfile import passfile

if TYPE_CHECKING:
    from tierguard.deciding.archives import Archive
    from tierguard.evidence.config import Config
    from tierguard.model import Target


@click.command(
    "restore", help="Restore FILE into the chosen tier, in one transaction; another tier's archive is refused."
)
@options.tier
@options.database
@click.option("--clean", is_flag=True, help="Drop what the archive replaces first.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def command(tier: str | None, database: str, file: str, clean: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Restore, and return 0, or 4 where pg_restore failed."""
    from tierguard.databases.authorization import authorize, record_refusal
    from tierguard.deciding.archives import entries_to_restore, judge_archive
    from tierguard.errors import PolicyRefused
    from tierguard.model import Operation, Outcome
    from tierguard.process.chosen import current_process, resolve

    target = resolve(tier, database=database)
    config = current_process().config
    program = launching.find_program("pg_restore", target)
    listing = _read_archive(program, "--list", file)
    operation = Operation.DESTROY if clean else Operation.BULK_WRITE
    decision = judge_archive(_describe(program, file, listing), target.tier, _names(config, target))
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
        return launching.run_or_fail([*line, f"--dbname={environment['PGDATABASE']}", file], environment)


def _read_archive(program: str, *arguments: str) -> str:
    """Run pg_restore on the archive alone; it connects to nothing.

    Raises:
        TierguardError: it is no archive.
    """
    from tierguard.errors import TierguardError

    done = subprocess.run(  # noqa: S603 - fixed words and a file of the user's
        [program, *arguments], capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
    )
    if done.returncode:
        raise TierguardError(
            f"The archive cannot be read: {' '.join(done.stderr.split())}.",
            hint="tierguard dump makes archives that it can restore.",
            rule="archive-unreadable",
        )
    return done.stdout


def _describe(program: str, file: str, listing: str) -> Archive:
    from tierguard.deciding.archives import Archive, marker_entry, parse_comment, parse_dbname
    from tierguard.errors import PolicyRefused

    entry = marker_entry(listing)
    if not entry:
        return Archive(parse_dbname(listing), None)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as entries:
        entries.write(f"{entry}\n")
        entries.flush()
        script = _read_archive(program, f"--use-list={entries.name}", "--file=-", file)
    try:
        return Archive(parse_dbname(listing), parse_comment(script))
    except ValueError as error:
        raise PolicyRefused(f"The archive does not prove its tier: {error}.", rule="archive-tier") from None


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
