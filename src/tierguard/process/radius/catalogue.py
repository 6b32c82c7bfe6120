"""The one query that tells what hangs on what: it walks from the things that are named, and reads nothing else.

What is dropped is followed as the server's own ``findDependentObjects`` does (manual, section 5.15, and 53.18,
pg_depend): down to everything that depends on it, and up from an inner part, such as a view's rule, to its owner. What
is emptied or deleted is followed along foreign keys and to partitions and children. Every step is a look into an
index, so the number of other tables hardly matters, and each object is visited once, so cycles end.

It takes no lock that anybody would notice, and asks no size of a relation that is locked against everybody: that would
wait. The planner knows nothing of a recursion's size and would guess millions, so that the server compiles the query
(``jit``) for seconds; read from an array, each table of ours is guessed to have ten rows. Such a guess is only good
for lookups: where two of our own tables meet, ``IN`` in a CASE is a look into a hash, whatever is guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tierguard.process.radius.asking import Mode, write_roots
from tierguard.process.radius.finding import write_finding
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tierguard.process.radius.asking import Root

# A column or constraint that a statement names goes from the children too, where they have it from there alone.
_CHILDREN: Final = """\
SELECT {class}, h.inhrelid, c.attnum::int FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_inherits h ON h.inhparent = a.attrelid JOIN pg_catalog.pg_attribute c
      ON c.attrelid = h.inhrelid AND c.attname = a.attname AND NOT c.attislocal AND c.attinhcount = 1
      WHERE d.class = {class} AND d.sub > 0 AND a.attrelid = d.obj AND a.attnum = d.sub
    UNION ALL SELECT {constraint}, c.oid, 0 FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_inherits h ON h.inhparent = k.conrelid JOIN pg_catalog.pg_constraint c
      ON c.conrelid = h.inhrelid AND c.conname = k.conname AND NOT c.conislocal AND c.coninhcount = 1
      WHERE d.class = {constraint} AND k.oid = d.obj AND k.contype <> 'f'"""

_DROPPED: Final = """\
dropped AS (
  SELECT class, obj, sub FROM found WHERE mode = 'drop' AND class <> {database}
  UNION SELECT x.class, x.obj, x.sub FROM dropped d CROSS JOIN LATERAL (
    SELECT p.classid AS class, p.objid AS obj, p.objsubid AS sub FROM pg_catalog.pg_depend p
      WHERE p.refclassid = d.class AND p.refobjid = d.obj AND (d.sub = 0 OR p.refobjsubid = d.sub)
    UNION ALL SELECT p.refclassid, p.refobjid, p.refobjsubid FROM pg_catalog.pg_depend p
      WHERE p.classid = d.class AND p.objid = d.obj AND (d.sub = 0 OR p.objsubid = d.sub) AND p.deptype IN ('i', 'e')
    UNION ALL {children}
  ) x
), gone AS MATERIALIZED (
  SELECT d.*, CASE d.class
    WHEN {constraint} THEN (SELECT conrelid FROM pg_catalog.pg_constraint WHERE oid = d.obj)
    WHEN {trigger} THEN (SELECT tgrelid FROM pg_catalog.pg_trigger WHERE oid = d.obj)
    WHEN {rewrite} THEN (SELECT ev_class FROM pg_catalog.pg_rewrite WHERE oid = d.obj)
    WHEN {attrdef} THEN (SELECT adrelid FROM pg_catalog.pg_attrdef WHERE oid = d.obj)
    WHEN {policy} THEN (SELECT polrelid FROM pg_catalog.pg_policy WHERE oid = d.obj)
    WHEN {type} THEN coalesce((SELECT c.oid FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class c
      ON c.oid = t.typrelid AND c.relkind <> 'c' WHERE t.oid = d.obj), 0)
    WHEN {class} THEN CASE WHEN d.sub > 0 THEN d.obj ELSE coalesce(
      (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = d.obj), 0) END
    ELSE 0 END AS owner
  FROM (SELECT u.* FROM (SELECT pg_catalog.array_agg(class) AS c, pg_catalog.array_agg(obj) AS o,
    pg_catalog.array_agg(sub) AS s FROM dropped) all_of, ROWS FROM (
    pg_catalog.unnest(c), pg_catalog.unnest(o), pg_catalog.unnest(s)) AS u(class, obj, sub)) d
), wholes AS MATERIALIZED (SELECT obj FROM gone WHERE class = {class} AND sub = 0), """
_NOT_DROPPED: Final = """\
gone(class, obj, sub, owner) AS MATERIALIZED (
  SELECT 0::pg_catalog.oid, 0::pg_catalog.oid, 0, 0::pg_catalog.oid WHERE false
), wholes(obj) AS MATERIALIZED (SELECT 0::pg_catalog.oid WHERE false), """

_TOUCHED: Final = """\
spreading AS (
  SELECT obj AS rel, mode FROM found WHERE class = {class} AND sub = 0 AND mode <> 'drop'
  UNION SELECT x.rel, x.mode FROM spreading t CROSS JOIN LATERAL (
    SELECT h.inhrelid AS rel, t.mode FROM pg_catalog.pg_inherits h WHERE h.inhparent = t.rel
    UNION ALL SELECT c.conrelid, CASE WHEN t.mode = 'empty' THEN 'empty'
        WHEN t.mode = 'delete' AND c.confdeltype = 'c' THEN 'delete' ELSE 'change' END
      FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_constraint c ON c.oid = p.objid
      WHERE p.refclassid = {class} AND p.refobjid = t.rel AND p.classid = {constraint} AND c.contype = 'f'
      AND c.confrelid = t.rel AND (t.mode = 'empty' OR (t.mode = 'delete' AND c.confdeltype IN ('c', 'n', 'd'))
        OR (t.mode = 'change' AND c.confupdtype IN ('c', 'n', 'd')))
  ) x
), touched AS MATERIALIZED (
  SELECT u.* FROM (SELECT pg_catalog.array_agg(rel) AS r, pg_catalog.array_agg(mode) AS m FROM spreading) all_of,
    ROWS FROM (pg_catalog.unnest(r), pg_catalog.unnest(m)) AS u(rel, mode)
), links AS MATERIALIZED (
  SELECT DISTINCT h.inhparent AS above, h.inhrelid AS below, '' AS key, '' AS columns, '' AS del, '' AS upd,
    '' AS referring, '' AS referred
  FROM touched t CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_inherits i WHERE i.inhparent = t.rel OFFSET 0) h
  UNION ALL SELECT DISTINCT c.confrelid, c.conrelid, c.conname::text, (
      SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY k.place)
      FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
    c.confdeltype::text, c.confupdtype::text, c.conkey::text, c.confkey::text
  FROM touched t JOIN pg_catalog.pg_depend p ON p.refclassid = {class} AND p.refobjid = t.rel
  AND p.classid = {constraint} JOIN pg_catalog.pg_constraint c ON c.oid = p.objid
  WHERE t.mode IN ('empty', 'delete', 'change') AND c.contype = 'f' AND c.confrelid = t.rel
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint up WHERE up.oid = c.conparentid AND up.conrelid <> c.conrelid)
), """
_NOT_TOUCHED: Final = """\
touched(rel, mode) AS MATERIALIZED (SELECT 0::pg_catalog.oid, '' WHERE false),
links(above, below, key, columns, del, upd, referring, referred) AS MATERIALIZED (
  SELECT 0::pg_catalog.oid, 0::pg_catalog.oid, '', '', '', '', '', '' WHERE false
), """

# What a person sees something of; its bits are those of pg_trigger.tgtype that such an act fires.
_SHOWN: Final = """\
busy AS MATERIALIZED (
  SELECT DISTINCT relation AS rel FROM pg_catalog.pg_locks WHERE mode = 'AccessExclusiveLock'
  AND pid <> pg_catalog.pg_backend_pid() AND database = (
    SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
), shown AS MATERIALIZED (
  SELECT rel, pg_catalog.bit_or(bits) AS bits FROM (
    SELECT rel, CASE mode WHEN 'empty' THEN 32 WHEN 'delete' THEN 8 WHEN 'change' THEN 20 ELSE 0 END AS bits
      FROM touched
    UNION ALL SELECT owner, 0 FROM gone WHERE owner <> 0 UNION ALL SELECT obj, 0 FROM wholes) one GROUP BY rel
), """
_BESIDE: Final = """\
beside AS (
  SELECT t.rel, i.indexrelid AS other FROM touched t JOIN pg_catalog.pg_index i ON i.indrelid = t.rel
    WHERE t.mode IN ('empty', 'lock')
  UNION ALL SELECT t.rel, i.indrelid FROM touched t JOIN pg_catalog.pg_index i ON i.indexrelid = t.rel
  UNION ALL SELECT t.rel, c.reltoastrelid FROM touched t JOIN pg_catalog.pg_class c ON c.oid = t.rel
    WHERE t.mode IN ('empty', 'lock')
  UNION ALL SELECT t.rel, i.indexrelid FROM touched t JOIN pg_catalog.pg_class c ON c.oid = t.rel
    JOIN pg_catalog.pg_index i ON i.indrelid = c.reltoastrelid WHERE t.mode IN ('empty', 'lock')
  UNION ALL SELECT t.rel, p.objid FROM touched t JOIN pg_catalog.pg_depend p ON p.refclassid = {class}
    AND p.refobjid = t.rel AND p.classid = {class} AND p.deptype IN ('a', 'i') JOIN pg_catalog.pg_class s
    ON s.oid = p.objid AND s.relkind = 'S' WHERE t.mode IN ('empty', 'lock')
  UNION ALL SELECT t.rel, c.conrelid FROM touched t JOIN pg_catalog.pg_depend p ON p.refclassid = {class}
    AND p.refobjid = t.rel AND p.classid = {constraint} JOIN pg_catalog.pg_constraint c ON c.oid = p.objid
    WHERE t.mode = 'lock' AND c.contype = 'f'
  UNION ALL SELECT t.rel, c.confrelid FROM touched t JOIN pg_catalog.pg_constraint c ON c.conrelid = t.rel
    WHERE t.mode = 'lock' AND c.contype = 'f'
  UNION ALL SELECT s.rel, u.rel FROM shown s JOIN pg_catalog.pg_class c ON c.oid = s.rel AND c.relispartition
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = s.rel
    LEFT JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = h.inhparent
    CROSS JOIN LATERAL (VALUES (h.inhparent), (t.partdefid)) u(rel)
)
"""

_ANSWER: Final = """\
SELECT pg_catalog.json_build_object(
'found', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(i, class::bigint, obj::bigint, sub)) FROM found),
'edges', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(p.classid::bigint, p.objid::bigint, p.objsubid,
    p.refclassid::bigint, p.refobjid::bigint, p.refobjsubid, p.deptype))
  FROM gone d CROSS JOIN LATERAL (
    SELECT * FROM pg_catalog.pg_depend p WHERE p.refclassid = d.class AND p.refobjid = d.obj
      AND CASE WHEN d.sub = 0 THEN true ELSE p.refobjsubid = d.sub AND d.obj NOT IN (SELECT obj FROM wholes) END
    UNION ALL SELECT * FROM pg_catalog.pg_depend p WHERE p.classid = d.class AND p.objid = d.obj
      AND p.deptype IN ('P', 'S')) p),
'inherited', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
    x.class::bigint, x.obj::bigint, x.sub, d.class::bigint, d.obj::bigint, d.sub, 'h'))
  FROM gone d CROSS JOIN LATERAL ({children}) x(class, obj, sub)),
'gone', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(d.class::bigint, d.obj::bigint, d.sub,
    d.owner::bigint, x.type, x.identity, k.contype, (SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY u.place)
      FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number)))
  FROM gone d LEFT JOIN pg_catalog.pg_constraint k ON d.class = {constraint} AND k.oid = d.obj
  LEFT JOIN LATERAL (SELECT * FROM pg_catalog.pg_identify_object(d.class, d.obj, d.sub)
    WHERE CASE WHEN d.class = {class} THEN d.sub > 0 ELSE true END
    AND CASE WHEN d.owner <> 0 THEN d.owner NOT IN (SELECT obj FROM wholes) ELSE true END) x ON true),
'links', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
    above::bigint, below::bigint, key, columns, del, upd, referring, referred)) FROM links),
'beside', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(rel::bigint, other::bigint)) FROM beside
  WHERE other <> 0),
'relations', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(c.oid::bigint, n.nspname, c.relname, c.relkind,
    c.relispartition, CASE WHEN c.relkind IN ('r', 'm') THEN
      CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_catalog.pg_stat_get_live_tuples(c.oid) END::bigint END,
    CASE WHEN c.relkind IN ('r', 'm') OR (c.relkind = 'i' AND c.oid IN (SELECT obj FROM found))
      THEN CASE WHEN c.oid IN (SELECT rel FROM busy) THEN NULL ELSE pg_catalog.pg_total_relation_size(c.oid) END END,
    CASE WHEN c.relkind IN ('r', 'm', 'p') THEN
      (SELECT pg_catalog.count(*) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid) ELSE 0 END,
    CASE WHEN s.bits <> 0 THEN (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid
      AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & s.bits <> 0) ELSE 0 END,
    c.oid IN (SELECT rel FROM busy),
    CASE WHEN c.relkind IN ('r', 'm') THEN c.relispopulated AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid)
      ELSE false END))
  FROM shown s JOIN pg_catalog.pg_class c ON c.oid = s.rel JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace),
'databases', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(d.oid::bigint, d.datname,
    CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid) END,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid
      AND a.pid <> pg_catalog.pg_backend_pid())))
  FROM pg_catalog.pg_database d WHERE d.oid IN (SELECT obj FROM found WHERE class = {database})),
'whole', CASE WHEN {whole} THEN pg_catalog.pg_database_size(pg_catalog.current_database()) END,
'watchers', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D')
)::text
"""
_CATALOGUE: Final = re.compile(r"\{([a-z_]+)\}")


def write_query(roots: Sequence[Root], *, whole: bool) -> str:
    """Return the query for these roots, in the parts that they need.

    Args:
        roots: what is named.
        whole: the size of this database is wanted.
    """
    modes = {root.mode for root in roots}
    query = write_finding({root.family for root in roots if root.family})
    query += _DROPPED if Mode.DROP in modes else _NOT_DROPPED
    query += _TOUCHED if modes - {Mode.DROP} else _NOT_TOUCHED
    query += _SHOWN + _BESIDE + _ANSWER
    values = {
        "children": _CHILDREN,
        "whole": str(whole).lower(),
        "count": str(max(len(roots), 1)),
        "roots": quote_literal(write_roots(roots)),
    }
    for name in ("children", "whole", "count"):
        query = query.replace(f"{{{name}}}", values[name])
    before, after = query.split("{roots}")
    return _catalogues(before) + values["roots"] + _catalogues(after)


def _catalogues(query: str) -> str:
    return _CATALOGUE.sub(r"'pg_catalog.pg_\1'::pg_catalog.regclass::pg_catalog.oid", query)
