"""Is a verdict weaker than what the server was seen to do? Pure: values in, sentences out."""

from __future__ import annotations

from dataclasses import dataclass

from tierguard.model import Operation
from tierguard.statements.effects import GRAVITY, Hold

ACCESS_EXCLUSIVE = "AccessExclusiveLock"
# Taken by who only plans a write (EXPLAIN DELETE) or looks at a sequence, so no sign that anything was done.
LIGHT = frozenset({"AccessShareLock", "RowShareLock", "RowExclusiveLock"})

# A change of one of these is a change of who may do what.
ADMINISTRATIVE = frozenset(
    {"pg_authid", "pg_auth_members", "pg_db_role_setting", "pg_default_acl", "pg_parameter_acl", "pg_seclabel"}
)
# What is written without defining anything: statistics, and the bytes of large objects.
DATA = frozenset({"pg_statistic", "pg_largeobject", "pg_largeobject_metadata"})
# Who takes one of these values loosens what protects the whole of the data.
PROTECTING = {"session_replication_role": "origin", "row_security": "on", "event_triggers": "on"}
# What may only become what it is not yet by an act that says that it loosens.
HELD = {"default_transaction_read_only": "on", "tierguard.armed": "yes", "hold": "true"}


@dataclass(frozen=True, slots=True)
class Observed:
    """What a statement did, as the server tells it.

    Attributes:
        alone: it was refused inside of a transaction.
        xid: a transaction number was taken, so something was written.
        rows: so many rows of a relation were inserted, updated or deleted; catalogues too.
        lost: relations and columns that were there before, and tables that are empty without a DELETE.
        databases: that are gone.
        locks: of relations that were there before, stronger than those of reads and ordinary writes.
        settings: name, before, after: of those that protect.
        moved: sequences that have another value.
    """

    alone: bool = False
    xid: bool = False
    rows: tuple[tuple[str, int], ...] = ()
    lost: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    locks: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str, str], ...] = ()
    moved: tuple[str, ...] = ()


def weigh(effects, observed):
    """Return what was seen that the verdict does not cover; nothing if it does."""
    found = list(_graver(effects, observed))
    loosened = [f"{name} went from {before} to {after}" for name, before, after in observed.settings if _frees(name)]
    unsaid = not any(act.loosens or act.operation in {Operation.OPAQUE, Operation.ADMIN} for act in effects.acts)
    if loosened and unsaid:
        found.append(f"no act loosens, but {', '.join(loosened)}")
    holds = {act.hold for act in effects.acts}
    if observed.alone and Hold.ALONE not in holds:
        found.append(f"held as {_listed(holds)}, but it cannot run in a transaction")
    exclusive = [relation for relation, mode in observed.locks if mode == ACCESS_EXCLUSIVE]
    by_itself = any(act.verb.startswith("LOCK") or act.operation == Operation.OPAQUE for act in effects.acts)
    if exclusive and not by_itself and not holds & {Hold.EXCLUSIVE, Hold.ALONE}:
        found.append(f"held as {_listed(holds)}, but it locks everybody out of {', '.join(exclusive)}")
    return found


def _graver(effects, observed):
    """Yield why the verdict's operation is too light."""
    if any(act.operation == Operation.OPAQUE for act in effects.acts):
        return  # it says that it may be anything
    judged = effects.gravest
    for least, evidence in floors(observed):
        if GRAVITY.index(judged) < GRAVITY.index(least):
            yield f"judged {judged}, but it is {least}: {evidence}"


def floors(observed):
    """Yield the least operation that each thing seen amounts to, and the thing in words."""
    if observed.xid:
        yield Operation.WRITE, "a transaction number was taken"
    for relation, mode in observed.locks:
        yield Operation.WRITE, f"{mode} on {relation}"
    for sequence in observed.moved:
        yield Operation.WRITE, f"the sequence {sequence} was moved"
    for relation, count in observed.rows:
        yield _least(relation), f"{count} row operations in {relation}"
    for thing in observed.lost:
        yield Operation.DESTROY, f"{thing} is gone"
    for name, before, after in observed.settings:
        if PROTECTING.get(name) == before:
            yield Operation.ADMIN, f"{name} went from {before} to {after}"
    for database in observed.databases:
        yield Operation.DROP_DATABASE, f"the database {database} is gone"


def _least(relation):
    if relation in ADMINISTRATIVE:
        return Operation.ADMIN
    return Operation.DDL if relation.startswith("pg_") and relation not in DATA else Operation.WRITE


def _frees(name):
    return name in HELD or name in {"role", "session_authorization"}


def _listed(holds):
    return ", ".join(sorted(holds)) or "nothing"
