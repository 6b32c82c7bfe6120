"""A kept file goes back into the database that it was made from, in one transaction; what was there is kept in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.databases.authorization import authorize
from tierguard.databases.programs import archives
from tierguard.databases.programs.finding import find_program
from tierguard.databases.siblings import files, snapshots
from tierguard.errors import PolicyRefused
from tierguard.model import Operation
from tierguard.process.advice import this_command
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from tierguard.databases.siblings.kept import Snapshot
    from tierguard.deciding.marker import Marker
    from tierguard.model import Target


def put_back_file(target: Target, chosen: Snapshot) -> str:
    """Put a kept file back; return the name under which what it replaced is kept, empty where that held no row.

    Raises:
        PolicyRefused: the file is not this tier's.
        ConsentRefused: this STG is shared and nobody agreed.
        TierguardError: it could not be put back, or what is there not be kept; then nothing was changed.
    """
    path = files.find_file(target, chosen.name)
    program = find_program("pg_restore", target)
    made_from = archives.describe(program, str(path), archives.read(program, "--list", str(path)))
    check_marker(target, chosen.name, made_from.marker)
    kept = files.new_name(target)
    plan = f"{chosen.name} replaces {made_from.dbname}, which is kept as {kept}."
    with authorize(Operation.RESET, target=target, plan=plan, kept_as=kept) as grant:
        why = this_command(current_process(), target.tier)
        if snapshots.holds_rows(target):  # asked now: others may have written while a person was asked
            # Were it the newest before it is done, the next try after a failure would put it back instead.
            files.write_file(target, why, kept, behind=chosen)
        else:
            kept = ""
        archives.restore(target, path)
        if kept:
            files.put_first(target, kept, why)
        grant.detail.update(snapshot=kept or "none", restored=chosen.name)
    files.prune_files(target, spare=kept)
    return kept


def check_marker(target: Target, name: str, marker: Marker | None, *, prod: bool = False) -> None:
    """Refuse what has a snapshot's name and is none of this project's INT and STG.

    Raises:
        PolicyRefused: it is not.
    """
    if prod or marker is None or (marker.tier, marker.project) != (target.tier, target.project):
        says = f"{marker.project}/{marker.tier}" if marker else "nothing that can be read"
        raise PolicyRefused(
            f"{name} says that it is {says}, not {target.name}, so it is not restored.", rule="not-a-snapshot"
        )
