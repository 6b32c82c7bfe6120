"""The tables of the database at the other end, and how many rows they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

VERSION: Final = "alembic_version"
EXACT_BELOW: Final = 100_000  # larger tables are shown by the planner's estimate, and counted no further than this

# The tables of the project, with the planner's idea of their size (PostgreSQL manual, section 53.11, reltuples).
LISTING: Final = """\
SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, c.reltuples::bigint,
  has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
  EXISTS (SELECT FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = 'version_num' AND NOT a.attisdropped)
) ORDER BY c.relname, n.nspname), '[]')::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tierguard') AND n.nspname NOT LIKE 'pg\\_%'
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
"""


class Table(NamedTuple):
    """One table: the planner's estimate of its rows is negative where it has none, so before its first ANALYZE."""

    schema: str
    name: str
    rows: int
    readable: bool = True
    versioned: bool = False  # it has a column of the name that Alembic keeps revisions in

    @property
    def shown(self) -> str:
        """Return its name for people."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def place(self) -> str:
        """Return its name for SQL."""
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}"

    @property
    def is_version(self) -> bool:
        """Return whether it is the one that Alembic keeps revisions in."""
        return self.name == VERSION and self.versioned


def list_tables(fetch: Callable[[str], Any]) -> dict[tuple[str, str], int]:
    """Return schema and name of every table, with the planner's estimate of its rows; -1 where it has none.

    Args:
        fetch: runs a statement and returns its only value.
    """
    return {(schema, name): rows for schema, name, rows, *_ in json.loads(fetch(LISTING))}


def counting(table: Table) -> str:
    """Return the expression for a table's rows: counted up to a bound, or the planner's estimate of a large one."""
    if table.rows >= EXACT_BELOW:
        return str(table.rows)
    # The planner may know nothing of a table, or what was true long ago: nobody waits for a count of millions.
    return f"(SELECT pg_catalog.count(*) FROM (SELECT FROM {table.place} LIMIT {EXACT_BELOW}) few)"  # noqa: S608 - quoted


def count_rows(
    fetch: Callable[[str], Any], tables: dict[tuple[str, str], int], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return how many rows the wanted tables hold, in words: counted, or of a large one about how many."""
    counted = {}
    for schema, name in wanted:
        table = Table(schema, name, tables[schema, name])
        if table.rows >= EXACT_BELOW:
            counted[schema, name] = f"about {table.rows:,}"
        else:
            rows = fetch(f"SELECT {counting(table)}")
            counted[schema, name] = f"{'at least ' if rows >= EXACT_BELOW else ''}{rows:,}"
    return counted
