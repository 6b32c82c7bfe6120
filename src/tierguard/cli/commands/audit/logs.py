"""Which logs a subcommand reads, and what it says where one cannot be read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from tierguard.cli import options
from tierguard.errors import TierguardError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tierguard.audit import Head


def choose(files: Sequence[Path], *, folders: bool = False, may_be_missing: bool = False) -> list[Path]:
    """Return the logs named, else the configured one.

    Raises:
        click.UsageError: a log that was named is not there, or is a folder where only a log will do; or none was named
            and the configured one is standard error.
        TierguardError: the configured log is a directory.
    """
    from tierguard.audit.files import list_chain, list_chains, list_readable

    if not files:
        may_be_missing, files = True, [_configured()]
    for path in files:
        for other in list_readable(path)[1]:
            options.say(f"note: {other} belongs to another user and may not be read", err=True)
        if not may_be_missing and not path.exists() and not any(map(list_chain, list_chains(path))):
            raise click.UsageError(f"There is no audit log at {path}.")
        if path.is_dir() and not folders:
            raise click.UsageError(f"{path} is a folder; name a log in it.")
    return list(files)


def _configured() -> Path:
    from tierguard.evidence.project import load_project

    log = load_project().audit_log
    if log is None:
        raise click.UsageError(
            'The audit log goes to standard error here (audit_log = "stderr"), where the platform collects it. '
            "Name the collected log: tierguard audit --file PATH."
        )
    if log.is_dir():
        raise TierguardError(f"The audit log {log} is a directory.", rule="audit-unreadable")
    return log


def read_heads(anchor: Path | None, *, configured: bool) -> list[Head]:
    """Return what the anchor remembers: the one named, else with ``configured`` the configuration's, if it is there.

    Raises:
        click.UsageError: the anchor cannot be read.
    """
    from tierguard.audit import FileAnchor

    if anchor is None and configured:
        from tierguard.evidence.project import load_project

        settings = load_project()
        place = settings.audit_anchor
        if place and (settings.root / place).exists():
            anchor = settings.root / place
    if anchor is None:
        return []
    try:
        return FileAnchor(anchor).read()
    except OSError as error:
        raise click.UsageError(f"The anchor cannot be read: {error.strerror}: {anchor}") from error


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Turn a log that cannot be read into one line; a reader of ours that went away is not our error.

    Raises:
        TierguardError: a log is there but cannot be read.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = f"{error.strerror or error}: {error.filename}"
        raise TierguardError(f"The audit log cannot be read: {why}", rule="audit-unreadable") from None
