"""Keeping what is in a database as it is now: a copy beside it, or where none can be made, a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.databases.siblings import snapshots
from tierguard.databases.siblings.lease import hold_lease
from tierguard.databases.siblings.obstacles import reach_beside
from tierguard.errors import TierguardError

if TYPE_CHECKING:
    from tierguard.model import Target


def keep(target: Target, why: str) -> str:
    """Keep what is in the target's database; return under which name, or an empty string where it holds no row.

    Args:
        target: INT or STG.
        why: what it is kept before, for people who look for it.

    Raises:
        ServerMissing: the server cannot be reached.
        TierguardError: it can be kept in no way; the message says why.
    """
    if not snapshots.holds_rows(target):
        return ""
    with reach_beside(target) as (server, obstacle):
        if server is None:
            raise TierguardError(f"no snapshot can be made: {obstacle}", rule="snapshot-missing")
        with hold_lease(server):
            name = snapshots.take(server, why)
            snapshots.prune(server)
    return name
