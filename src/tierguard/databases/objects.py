"""Emptying a database without losing what only an administrator could put back: its extensions, and its marker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What the project made: everything outside extensions, system schemas and tierguard's own marker. Extensions stay,
# because one like pgvector may be created by a superuser only, and a reset must not need one.
OBJECTS: Final = """\
WITH ours AS (
    SELECT n.oid FROM pg_namespace n
    WHERE (n.nspname = 'public' OR EXISTS (SELECT FROM pg_extension x WHERE x.extnamespace = n.oid))
        AND n.nspname NOT IN ('information_schema', 'tierguard') AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS (
        SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
), loose AS (
    SELECT 1 AS step, format('DROP SCHEMA IF EXISTS %I CASCADE', n.nspname) AS drop
    FROM pg_namespace n
    WHERE n.nspname NOT IN ('public', 'information_schema', 'tierguard') AND n.nspname NOT LIKE 'pg\\_%'
        AND NOT EXISTS (SELECT FROM pg_extension x WHERE x.extnamespace = n.oid)
        AND NOT EXISTS (SELECT FROM pg_depend e
                        WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
    UNION ALL
    SELECT 2, format('DROP %s IF EXISTS %s CASCADE',
        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
            WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
    FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (
        SELECT FROM pg_depend e
        WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
    UNION ALL
    SELECT 3, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
    FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace
    WHERE p.prokind <> 'a' AND NOT EXISTS (
        SELECT FROM pg_depend e
        WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
    UNION ALL
    SELECT 4, format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype)
    FROM pg_type t JOIN ours ON ours.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'c', 'r') AND t.typrelid = 0 AND NOT EXISTS (
        SELECT FROM pg_depend e
        WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
    UNION ALL
    SELECT 5, format('SELECT pg_catalog.lo_unlink(%s)', l.oid)
    FROM pg_largeobject_metadata l WHERE pg_has_role(l.lomowner, 'USAGE')
)
SELECT drop FROM loose ORDER BY step, drop
"""


def drop_objects(fetch: Callable[[str], Sequence[str]]) -> int:
    """Drop every schema, table, view, sequence, routine and type of the project, in the caller's transaction.

    Args:
        fetch: runs one statement without parameters, and returns the first column of its rows, if it has any.

    Returns how many were dropped by name; what hung on them went with them.
    """
    # A list of names can never be waited for: the server would stop a long drop half-way (section 20.11).
    fetch("SET LOCAL statement_timeout = 0")
    statements = fetch(OBJECTS)
    for statement in statements:
        fetch(statement)
    return len(statements)
