"""The part of the query that looks up what is named: only the ways of looking up that a text needs.

A name without a schema is looked up along the ``search_path``, as the statement's is. One with a schema is read from
the catalogue: ``to_regclass()`` fails where this role may not use the schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_ASKED: Final = """\
WITH RECURSIVE asked AS MATERIALIZED (
  SELECT * FROM pg_catalog.json_to_recordset({roots}) AS r(i int, mode text, family text,
    space pg_catalog.name, name pg_catalog.name, quoted text, member pg_catalog.name, arguments pg_catalog.json)
  LIMIT {count}
), named AS MATERIALIZED (
  SELECT a.i, a.mode, a.family, a.member, CASE WHEN a.space IS NULL OR a.space = 'pg_temp'
    THEN pg_catalog.to_regclass(a.quoted)::pg_catalog.oid
    ELSE (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = a.space AND c.relname = a.name) END AS rel
  FROM asked a WHERE a.family IN ('relation', 'column', 'constraint', 'trigger', 'rule', 'policy')
), found AS MATERIALIZED (
  """
_SINGLE: Final = """\
SELECT a.i, a.mode, {%(catalogue)s} AS class, o.oid AS obj, 0 AS sub FROM asked a
    JOIN pg_catalog.pg_%(catalogue)s o ON o.%(column)s = a.name WHERE a.family = '%(family)s' AND a.space IS NULL"""
_QUALIFIED: Final = """\
SELECT a.i, a.mode, {%(catalogue)s} AS class, o.oid AS obj, 0 AS sub FROM asked a
    JOIN pg_catalog.pg_%(catalogue)s o ON o.%(prefix)sname = a.name
    JOIN pg_catalog.pg_namespace n ON n.oid = o.%(prefix)snamespace WHERE a.family = '%(family)s'
    AND CASE WHEN a.space IS NULL THEN pg_catalog.pg_%(visible)s_is_visible(o.oid) ELSE n.nspname = a.space END"""
_PART: Final = """\
SELECT n.i, n.mode, {%(catalogue)s} AS class, o.oid AS obj, 0 AS sub FROM named n
    JOIN pg_catalog.pg_%(catalogue)s o ON o.%(relation)s = n.rel AND o.%(column)s = n.member
    WHERE n.family = '%(family)s'"""
_WAYS: Final = {
    "relation": """\
SELECT i, mode, {class} AS class, rel AS obj, 0 AS sub FROM named WHERE family = 'relation' AND rel IS NOT NULL""",
    "column": """\
SELECT n.i, n.mode, {class} AS class, n.rel AS obj, a.attnum::int AS sub FROM named n
    JOIN pg_catalog.pg_attribute a ON a.attrelid = n.rel AND a.attname = n.member AND a.attnum > 0
    AND NOT a.attisdropped WHERE n.family = 'column'""",
    "constraint": _PART
    % {"family": "constraint", "catalogue": "constraint", "relation": "conrelid", "column": "conname"},
    "trigger": _PART % {"family": "trigger", "catalogue": "trigger", "relation": "tgrelid", "column": "tgname"},
    "rule": _PART % {"family": "rule", "catalogue": "rewrite", "relation": "ev_class", "column": "rulename"},
    "policy": _PART % {"family": "policy", "catalogue": "policy", "relation": "polrelid", "column": "polname"},
    "type": """\
SELECT a.i, a.mode, {type} AS class, t.oid AS obj, 0 AS sub FROM asked a JOIN pg_catalog.pg_type t ON t.oid = CASE
    WHEN a.space IS NULL OR a.space = 'pg_temp' THEN pg_catalog.to_regtype(a.quoted)::pg_catalog.oid
    ELSE (SELECT y.oid FROM pg_catalog.pg_type y JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
      WHERE n.nspname = a.space AND y.typname = a.name) END WHERE a.family = 'type'""",
    "routine": """\
SELECT a.i, a.mode, {proc} AS class, p.oid AS obj, 0 AS sub FROM asked a
    JOIN pg_catalog.pg_proc p ON p.proname = a.name JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE a.family = 'routine' AND CASE WHEN a.space IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
      ELSE n.nspname = a.space END
    AND (a.arguments IS NULL OR pg_catalog.json_typeof(a.arguments) = 'null' OR p.proargtypes::text
      = pg_catalog.array_to_string(ARRAY(SELECT coalesce(pg_catalog.to_regtype(t)::pg_catalog.oid, 0)
      FROM pg_catalog.json_array_elements_text(a.arguments) WITH ORDINALITY AS e(t, place) ORDER BY place), ' '))""",
    "statistics": _QUALIFIED
    % {"family": "statistics", "catalogue": "statistic_ext", "prefix": "stx", "visible": "statistics_obj"},
    "collation": _QUALIFIED
    % {"family": "collation", "catalogue": "collation", "prefix": "coll", "visible": "collation"},
    # A whole schema that is reindexed is its tables.
    "schema": _SINGLE % {"family": "schema", "catalogue": "namespace", "column": "nspname"}
    + """\

  UNION ALL SELECT a.i, a.mode, {class}, c.oid, 0 FROM asked a
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.name JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
    WHERE a.family = 'schema' AND a.mode = 'lock' AND c.relkind IN ('r', 'm', 'p')""",
    "role": """\
SELECT a.i, a.mode, s.classid AS class, s.objid AS obj, s.objsubid AS sub FROM asked a JOIN pg_catalog.pg_roles r
    ON r.rolname = CASE a.name WHEN 'current_user' THEN current_user WHEN 'current_role' THEN current_user
      WHEN 'session_user' THEN session_user ELSE a.name END
    JOIN pg_catalog.pg_shdepend s ON s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    AND s.refobjid = r.oid AND s.deptype = 'o' AND s.dbid = (
      SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    WHERE a.family = 'role'""",
} | {
    family: _SINGLE % {"family": family, "catalogue": catalogue, "column": column}
    for family, catalogue, column in (
        ("extension", "extension", "extname"),
        ("language", "language", "lanname"),
        ("publication", "publication", "pubname"),
        ("server", "foreign_server", "srvname"),
        ("foreign-data wrapper", "foreign_data_wrapper", "fdwname"),
        ("event trigger", "event_trigger", "evtname"),
        ("access method", "am", "amname"),
        ("database", "database", "datname"),
    )
}


def write_finding(families: Collection[str]) -> str:
    """Return ``WITH`` and the tables ``asked``, ``named`` and ``found``: what each root is, as pg_depend names it."""
    ways = [_WAYS[family] for family in sorted(families)] or [_WAYS["relation"]]
    return _ASKED + "\n  UNION ALL ".join(ways) + "\n), "
