"""The tables of the database at the other end, and how many rows they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

EXACT_BELOW: Final = 100_000  # tables that the planner thinks larger are shown by its estimate

# The tables of the project, with the planner's idea of their size (PostgreSQL manual, section 53.11, reltuples).
LISTING: Final = """\
SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, c.reltuples::bigint) ORDER BY c.relname), '[]')::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tierguard') AND n.nspname NOT LIKE 'pg\\_%'
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
"""


def list_tables(fetch: Callable[[str], Any]) -> dict[tuple[str, str], int]:
    """Return schema and name of every table, with the planner's estimate of its rows; -1 where it has none.

    Args:
        fetch: runs a statement and returns its only value.
    """
    return {(schema, name): rows for schema, name, rows in json.loads(fetch(LISTING))}


def count_rows(
    fetch: Callable[[str], Any], tables: dict[tuple[str, str], int], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return how many rows the wanted tables hold, in words: counted, or of a large one about how many."""
    counted = {}
    for schema, name in wanted:
        estimate = tables[schema, name]
        if estimate >= EXACT_BELOW:
            counted[schema, name] = f"about {estimate:,}"
        else:
            place = f"{quote_identifier(schema)}.{quote_identifier(name)}"
            counted[schema, name] = f"{fetch(f'SELECT pg_catalog.count(*) FROM {place}'):,}"  # noqa: S608 - quoted above
    return counted
