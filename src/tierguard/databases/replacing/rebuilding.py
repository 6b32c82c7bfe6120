"""The door for those who reset INT or STG: a new database is filled beside the old one and swapped in at the end.

Until the swap nothing has happened to the old database, and after it the old one is kept: ``tierguard undo``. Where no
database can be made beside it, the caller empties the database that is there, and what was in it is kept as a file.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tierguard.databases.authorization import authorize
from tierguard.databases.creation import ensure_database
from tierguard.databases.replacing import templates
from tierguard.databases.siblings import furnishing, likeness, listing, making, snapshots
from tierguard.databases.siblings.keeping import describe_excess
from tierguard.databases.siblings.lease import Server, hold_lease
from tierguard.databases.siblings.obstacles import reach_beside
from tierguard.databases.siblings.swap import Pair, announce, swap
from tierguard.deciding.derived import Kind
from tierguard.deciding.marker import comment_statement
from tierguard.errors import TierguardError
from tierguard.model import Operation, Target, Tier
from tierguard.process import terminal
from tierguard.process.advice import this_command
from tierguard.process.chosen import current_process
from tierguard.text import conninfo
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.databases.authorization import Grant


@dataclass
class Build:
    """The database to be filled.

    Attributes:
        target: where it is. Its URL leads to a database that nobody else uses, or to the old one.
        grant: the permission, for the record.
        beside: it is a new database; else the old one, which the caller empties and fills in one transaction.
        prepared: it is a copy of a template, and finished already.
        facts: what is remembered with a template, to be filled by the caller; known again where it is prepared.
        snapshot: the name under which the old one is kept, once the block is left; empty where it held nothing.
    """

    target: Target
    grant: Grant
    beside: bool
    prepared: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    snapshot: str = ""


@contextmanager
def rebuild_database(target: Target, *, plan: str = "", recipe: str = "", fresh: bool = False) -> Iterator[Build]:
    """Reset INT or STG: fill a new database in this block; at its end it takes the old one's place.

    An error in the block leaves the old database as it was, and drops the new one.

    Args:
        target: what to reset, from ``tierguard.resolve()``.
        plan: what is done, for a person who has to agree.
        recipe: a hash of all that the content is made from (:func:`hash_contents`). A database that was prepared by the
            same recipe is copied instead of filled.
        fresh: build it anew, whatever was prepared.

    Raises:
        PolicyRefused: PROD is never reset.
        ConsentRefused: this STG is shared and nobody agreed.
        ServerMissing: the server cannot be reached.
        TierguardError: it could not be replaced; the message says what was in the way.
    """
    if target.tier is Tier.PROD:
        with authorize(Operation.RESET, target=target):
            raise AssertionError("PROD is never reset")
    ensure_database(target)
    with reach_beside(target) as (server, obstacle):
        if server is None:
            terminal.warn(f"{target.name} is emptied in place: {obstacle}; its snapshot is a file.")
            with authorize(Operation.RESET, target=target, plan=plan) as grant:
                yield Build(target, grant, beside=False, snapshot=grant.kept)
            return
        kept = making.new_name(server, Kind.SNAPSHOT)
        with authorize(Operation.RESET, target=target, plan=plan, kept_as=kept) as grant:
            with hold_lease(server):
                yield from _replace(server, grant, kept, "" if fresh else recipe, recipe)
            snapshots.prune_in_turn(server, spare=kept)


def _replace(server: Server, grant: Grant, kept: str, known: str, recipe: str) -> Iterator[Build]:
    """Build, yield, swap."""
    target, new, old = server.target, making.new_name(server, Kind.NEW), making.prove_target(server)
    announce(server)
    if too_large := describe_excess(target):
        terminal.warn(f"{too_large}: its data will be lost.")
    for leftover in listing.list_siblings(server, Kind.NEW):
        making.drop(server, leftover.name, why="left by an interrupted reset")
    furniture = furnishing.read_furniture(server, server.name)
    known, recipe = (f"{each} {furniture.digest}" if each else "" for each in (known, recipe))
    found = templates.find_template(server, known) if known else None
    try:
        if found is None:
            making.make_empty(server, new)
        else:
            making.copy(server, found[0], new, why="copied from a template")
        making.stamp_as(server, new, target.tier)  # before anything else is in it: then a later reset may drop it
        if found is None:
            for lost in furnishing.furnish(server, new, furniture):
                terminal.warn(lost)
        build = Build(
            _aim(target, new), grant, beside=True, prepared=found is not None, facts=found[1] if found else {}
        )
        yield build
        if recipe and found is None:
            _prepare_for_later(server, new, recipe, build.facts)
        _swap_in(server, old, new, kept, why=this_command(current_process(), target.tier))
    except BaseException:
        server.lease.close()  # before anything else: it may hold locks on what is dropped now
        _clear_away(server, new)
        raise
    build.snapshot = _keep(server, kept, too_large=bool(too_large))
    grant.detail["snapshot"] = build.snapshot or "none"


def _prepare_for_later(server: Server, new: str, recipe: str, facts: dict[str, Any]) -> None:
    try:
        templates.keep_template(server, new, recipe, facts)
    except TierguardError as error:  # what was asked for is not in doubt: the next reset takes longer
        terminal.warn(f"nothing was prepared for the next reset: {error.message}")


def _swap_in(server: Server, old: str, new: str, kept: str, *, why: str) -> None:
    tier = server.target.tier
    for lost in likeness.dress(server, new):
        terminal.warn(lost)
    marker = making.stamp_ahead(server, new, tier)
    pair = Pair(old, marker.oid)
    swap(server, new, kept, pair, (snapshots.describe_kept(server, kept, old, why), comment_statement(marker)))


def _keep(server: Server, kept: str, *, too_large: bool) -> str:
    """Drop the old database where it is not worth keeping; return the name that it has, or an empty string."""
    try:
        if not too_large and snapshots.holds_rows(_aim(server.target, kept)):  # asked now: others wrote meanwhile
            return kept
        if not making.discard(server, kept, why="larger than what is kept" if too_large else "it held no row"):
            return kept
    except TierguardError as error:  # what was asked for is done
        terminal.warn(f"{kept} stays: {error}")
        return kept
    return ""


def _clear_away(server: Server, new: str) -> None:
    """Drop what was begun; the error that led here is what people should hear about."""
    try:
        making.drop(server, new, why="not finished")
    except TierguardError:
        return  # the server is gone; the next reset drops it


def _aim(target: Target, name: str) -> Target:
    return replace(target, sealed=Sealed(conninfo.with_database(target.url, name)))
