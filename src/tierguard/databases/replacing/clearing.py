"""Making room: what is kept of a database, and what was prepared for it, is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.databases.authorization import record_refusal
from tierguard.databases.siblings import files, listing, making, snapshots
from tierguard.databases.siblings.lease import hold_lease
from tierguard.databases.siblings.obstacles import reach_beside
from tierguard.deciding.derived import Kind
from tierguard.errors import PolicyRefused
from tierguard.model import Operation
from tierguard.process.advice import advise, this_command
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from tierguard.databases.siblings.lease import Server
    from tierguard.model import Target


def clear(target: Target, *, everything: bool) -> tuple[str, ...]:
    """Drop the snapshots of INT or STG that need not be kept any longer, or all of them; return their names.

    Args:
        target: whose.
        everything: the newest too, and every prepared copy.

    Raises:
        PolicyRefused: a coding agent would drop what is still kept.
        TierguardError: the server refused.
    """
    process = current_process()
    agent = process.context.agent
    if everything and agent:
        refusal = PolicyRefused(
            f"{target.name}: a coding agent ({agent}) may not drop snapshots that are still kept.",
            hint=advise(process.config, process.context),
            ask=this_command(process, target.tier),
            rule="snapshot-missing",
        )
        raise record_refusal(target, Operation.DROP_DATABASE, refusal)
    with reach_beside(target) as (server, _):
        if server is None:
            return _remove_files(target) if everything else files.prune_files(target)
        with hold_lease(server):
            return (*_remove_files(target), *_drop_all(server)) if everything else snapshots.prune(server)


def _remove_files(target: Target) -> tuple[str, ...]:
    names = tuple(one.name for one in files.list_files(target))
    for name in names:
        files.remove_file(target, name)
    return names


def _drop_all(server: Server) -> tuple[str, ...]:
    kinds = (Kind.SNAPSHOT, Kind.TEMPLATE)
    names = tuple(one.name for kind in kinds for one in listing.list_siblings(server, kind))
    return tuple(name for name in names if making.drop(server, name, why="dropped on request"))
