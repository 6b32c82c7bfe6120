"""What the open transaction did, as the server counts it: rows by table, also those of cascades and triggers.

The counters of a session (manual, section 28.2) hold what it did since they were last flushed. They are flushed before
the transaction begins, so they are its own; what a rolled-back savepoint left in them is taken off. Every table that
was written to is still locked, so only those are looked at: the view would read every table of the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tierguard.statements.effects import Parts

FLUSH: Final = "SELECT pg_stat_force_next_flush()"
NEWEST: Final = "SELECT max(oid)::text FROM pg_catalog.pg_class"  # of the relations that there are
Tallies = Mapping[int, tuple[int, int, int]]  # by a relation's oid: rows inserted, updated, deleted

_COUNTERS: Final = ", ".join(f"pg_stat_get_xact_tuples_{what}({{0}})" for what in ("inserted", "updated", "deleted"))
# The catalogue is where definitions are kept: a change that no statement says of itself shows there. These tables of
# it are written to without one. Its oids are below those that the server gives out (manual, section 68.2.2).
_INCIDENTAL: Final = ("pg_statistic", "pg_statistic_ext_data", "pg_depend", "pg_shdepend")
_GIVEN_OUT: Final = 16384
_LARGE_OBJECTS: Final = ("pg_largeobject", "pg_largeobject_metadata")


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one relation.

    Attributes:
        name: ``schema.name``.
        inserted, updated, deleted: rows; a row that was touched twice counts twice.
        named: a statement names it, or the table that it is a part of.
        known: the server counts its rows: not those of a foreign table.
    """

    name: str
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    named: bool = False
    known: bool = True

    @property
    def rows(self) -> int:
        """Return how many row operations that were."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True, slots=True)
class Count:
    """What the open transaction did.

    Attributes:
        changes: by relation, those that are named first, and the most rows.
        exclusive: by oid, what stood before and is locked against everybody else now.
        altered: those of them that are defined or stored otherwise than before: they may have been emptied.
        definitions: something in the catalogues changed that is not temporary.
        known: the server counts rows at all (``track_counts``).
    """

    changes: tuple[Change, ...] = ()
    exclusive: Mapping[int, str] = field(default_factory=dict)
    definitions: bool = False
    known: bool = True
    altered: frozenset[int] = frozenset()


def tally() -> str:
    """Return the SQL that reads the session's counters of every relation."""
    return (
        "SELECT json_agg(json_build_array(relid::bigint, n_tup_ins, n_tup_upd, n_tup_del))::text "
        "FROM pg_catalog.pg_stat_xact_all_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )


def read_tallies(value: str | None) -> dict[int, tuple[int, int, int]]:
    """Return what :func:`tally` gives."""
    return {relid: (inserted, updated, deleted) for relid, inserted, updated, deleted in json.loads(value or "[]")}


# Then the functions and operators of a question are the server's own, whatever the program put in front of them.
OWN_FIRST: Final = (
    "SELECT pg_catalog.set_config('search_path', pg_catalog.regexp_replace(pg_catalog.concat("
    "'pg_catalog, ', pg_catalog.current_setting('search_path')), ', $', ''), true)"
)


def count(named: Iterable[Parts], newest: int) -> str:
    """Return the SQL that counts what the open transaction did.

    Args:
        named: the relations that its statements name as changed.
        newest: the highest oid of a relation when it began.
    """
    roots = ", ".join(f"to_regclass({quote_literal('.'.join(map(quote_identifier, parts)))})" for parts in named)
    incidental = ", ".join(map(quote_literal, _INCIDENTAL))
    return f"""SELECT json_build_object('known', current_setting('track_counts') = 'on', 'rows', (
  WITH RECURSIVE named(oid) AS (
    SELECT unnest(ARRAY[{roots}]::regclass[])::oid
    UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN named ON inhparent = named.oid
  ), written AS (
    SELECT DISTINCT relation AS oid FROM pg_catalog.pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'RowShareLock')
    UNION SELECT oid FROM pg_catalog.pg_class WHERE oid < {_GIVEN_OUT} AND relkind = 'r'
    AND relnamespace = 'pg_catalog'::regnamespace AND relname NOT IN ({incidental})
  )
  SELECT json_agg(json_build_array(c.oid::bigint, n.nspname, c.relname, c.relkind, c.relpersistence,
    {_COUNTERS.format("c.oid")}, EXISTS (SELECT FROM named WHERE named.oid = c.oid)))
  FROM written JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'm')
), 'exclusive', (
  SELECT json_agg(json_build_array(l.relation::bigint, coalesce(n.nspname || '.' || c.relname, ''),
    age(c.xmin) <= 0 OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND age(a.xmin) <= 0)))
  FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
  AND l.relation::bigint <= {newest}
  AND (c.oid IS NULL OR (c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S') AND c.relpersistence <> 't'))
))::text"""  # noqa: S608 - quoted names, and names of our own


def read_count(value: str | None, taken_off: Tallies) -> Count:
    """Return what the SQL of :func:`count` gives, without what a rolled-back savepoint left in the counters."""
    told = json.loads(value or "{}")
    changes, definitions = [], False
    for oid, schema, name, kind, persistence, *numbers, named in told.get("rows") or ():
        if persistence == "t":
            continue
        gone = taken_off.get(oid, (0, 0, 0))
        inserted, updated, deleted = (max(0, now - before) for now, before in zip(numbers, gone, strict=True))
        large = name in _LARGE_OBJECTS
        if schema == "pg_catalog" and not large:
            definitions |= inserted + updated + deleted > 0
            continue
        change = Change(
            "large objects" if large else f"{schema}.{name}", inserted, updated, deleted, named, kind != "f"
        )
        if change.rows or not change.known:
            changes.append(change)
    found = tuple(sorted(changes, key=lambda one: (not one.named, -one.rows, one.name)))
    locked = told.get("exclusive") or ()
    altered = frozenset(oid for oid, _, otherwise in locked if otherwise)
    return Count(found, {oid: name for oid, name, _ in locked}, definitions, told.get("known", True), altered)


def add(tallies: Tallies, more: Tallies, *, less: Tallies) -> dict[int, Any]:
    """Return ``tallies`` and what ``more`` has beyond ``less``."""
    empty = (0, 0, 0)
    return {
        oid: tuple(
            have + max(0, now - before)
            for have, now, before in zip(
                tallies.get(oid, empty), more.get(oid, empty), less.get(oid, empty), strict=True
            )
        )
        for oid in {*tallies, *more}
    }
