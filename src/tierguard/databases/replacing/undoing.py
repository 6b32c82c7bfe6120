"""And back: what was kept takes its place again, and what it replaces is kept in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.databases.authorization import authorize
from tierguard.databases.connection import name_of
from tierguard.databases.creation import ensure_database
from tierguard.databases.replacing.reloading import check_marker, put_back_file
from tierguard.databases.siblings import files, making, snapshots
from tierguard.databases.siblings.kept import ARCHIVE
from tierguard.databases.siblings.lease import hold_lease
from tierguard.databases.siblings.obstacles import reach_beside
from tierguard.databases.siblings.swap import Pair, announce, swap
from tierguard.deciding.derived import Kind
from tierguard.deciding.marker import comment_statement
from tierguard.errors import PolicyRefused, TierguardError
from tierguard.model import Operation, Tier
from tierguard.process.advice import this_command
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from tierguard.databases.siblings.kept import Snapshot
    from tierguard.databases.siblings.lease import Server
    from tierguard.deciding.identity import Reading
    from tierguard.model import Target


def undo(target: Target, name: str = "") -> tuple[Snapshot, str]:
    """Put a kept database back in its place: the newest, or the one called ``name``.

    Returns it, and the name under which what it replaced is kept.

    Raises:
        PolicyRefused: the target is PROD, or what is kept under that name is not this tier's.
        ConsentRefused: this STG is shared and nobody agreed.
        TierguardError: nothing is kept, or it could not be swapped in; then everything is as it was.
    """
    if target.tier is Tier.PROD:
        raise PolicyRefused("PROD is never replaced by a snapshot.", rule="prod-never-reset")
    ensure_database(target)  # one that was dropped can be undone too
    with reach_beside(target) as (server, _):
        known = snapshots.list_snapshots(server) if server else files.list_files(target)
        chosen = _choose(target, known, name)
        if server is None or chosen.kind == ARCHIVE:
            return chosen, put_back_file(target, chosen)
        # Before the gate judges it: what has another number later was not judged, and is not replaced.
        kept, old = making.new_name(server, Kind.SNAPSHOT), making.find_oid(server, server.name)
        plan = f"{chosen.name} replaces {server.name}, which is kept as {kept}."
        with authorize(Operation.RESET, target=target, plan=plan, kept_as=kept) as grant:
            with hold_lease(server):
                _check_choice(server, chosen, name)
                announce(server)
                _swap_back(server, old, chosen, kept, this_command(current_process(), target.tier))
            grant.detail.update(snapshot=kept, restored=chosen.name)
            snapshots.prune_in_turn(server, spare=kept)
    return chosen, kept


def _check_choice(server: Server, chosen: Snapshot, name: str) -> None:
    """Refuse to do anything else than what was planned: somebody may have had the lease until now.

    Raises:
        TierguardError: something else would be put back now.
    """
    now = _choose(server.target, snapshots.list_snapshots(server), name)
    if (now.name, now.oid) != (chosen.name, chosen.oid):  # its size may be another one: the server vacuums it too
        raise TierguardError(
            f"{server.name} was replaced by another process while this waited. Nothing was changed.",
            hint=f"Look at it first; then, if you still want to: tierguard undo {server.target.tier}",
            rule="replacing",
        )


def _swap_back(server: Server, old: str, chosen: Snapshot, kept: str, why: str) -> None:
    """Swap, unless what has a snapshot's name is none of this project's INT and STG."""
    target = server.target

    def check(reading: Reading) -> None:
        check_marker(target, chosen.name, reading.marker, prod=reading.is_prod)

    # A copy's marker was written for the original.
    marker = making.stamp_ahead(server, chosen.name, target.tier, check=check)
    comments = (snapshots.describe_kept(server, kept, old, why), comment_statement(marker))
    swap(server, chosen.name, kept, Pair(old, chosen.oid), comments)


def _choose(target: Target, known: tuple[Snapshot, ...], name: str) -> Snapshot:
    for one in known:
        if name in {"", one.name}:
            return one
    if name:
        there = ", ".join(one.name for one in known) or "none"
        raise TierguardError(f"There is no snapshot {name}.", hint=f"There are: {there}.", rule="snapshot-missing")
    raise TierguardError(
        f"There is no snapshot of {name_of(target)}.",
        hint="A reset keeps one; tierguard snapshot create makes one now.",
        rule="snapshot-missing",
    )
