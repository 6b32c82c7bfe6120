"""The one query that tells what hangs on what: it walks from the things that are named, and reads nothing else.

What is dropped is followed as the server's own ``findDependentObjects`` does (manual, section 5.15, and 53.18,
pg_depend): down to everything that depends on it, and up from an inner part, such as a view's rule, to its owner. What
is emptied or deleted is followed along foreign keys and to partitions and children. Every step is a look into an
index, so the number of other tables hardly matters, and each object is visited once, so cycles end.

It takes no lock that anybody would notice, and it asks no size of a relation that is locked against everybody: that
would wait.
"""

from __future__ import annotations

from typing import Final

from tierguard.text.quoting import quote_literal

# Of the two forms of a name, the one without a schema is looked up along the search_path, as the statement's is. The
# other is read from the catalogue: to_regclass() fails where this role may not use the schema.
_FOUND: Final = """\
WITH RECURSIVE asked AS MATERIALIZED (
  SELECT * FROM pg_catalog.json_to_recordset({roots}) AS r(i int, mode text, family text,
    space pg_catalog.name, name pg_catalog.name, quoted text, member pg_catalog.name, arguments pg_catalog.json)
), named AS MATERIALIZED (
  SELECT a.i, a.mode, a.family, a.member, CASE WHEN a.space IS NULL OR a.space = 'pg_temp'
    THEN pg_catalog.to_regclass(a.quoted)::pg_catalog.oid
    ELSE (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = a.space AND c.relname = a.name) END AS rel
  FROM asked a WHERE a.family IN ('relation', 'column', 'constraint', 'trigger', 'rule', 'policy')
), found AS MATERIALIZED (
  SELECT i, mode, {class} AS class, rel AS obj, 0 AS sub FROM named WHERE family = 'relation' AND rel IS NOT NULL
  UNION ALL SELECT n.i, n.mode, {class}, n.rel, a.attnum::int FROM named n
    JOIN pg_catalog.pg_attribute a ON a.attrelid = n.rel AND a.attname = n.member AND a.attnum > 0
    AND NOT a.attisdropped WHERE n.family = 'column'
  UNION ALL SELECT n.i, n.mode, {constraint}, c.oid, 0 FROM named n
    JOIN pg_catalog.pg_constraint c ON c.conrelid = n.rel AND c.conname = n.member WHERE n.family = 'constraint'
  UNION ALL SELECT n.i, n.mode, {trigger}, t.oid, 0 FROM named n
    JOIN pg_catalog.pg_trigger t ON t.tgrelid = n.rel AND t.tgname = n.member WHERE n.family = 'trigger'
  UNION ALL SELECT n.i, n.mode, {rewrite}, r.oid, 0 FROM named n
    JOIN pg_catalog.pg_rewrite r ON r.ev_class = n.rel AND r.rulename = n.member WHERE n.family = 'rule'
  UNION ALL SELECT n.i, n.mode, {policy}, p.oid, 0 FROM named n
    JOIN pg_catalog.pg_policy p ON p.polrelid = n.rel AND p.polname = n.member WHERE n.family = 'policy'
  UNION ALL SELECT a.i, a.mode, {type}, t.oid, 0 FROM asked a JOIN pg_catalog.pg_type t ON t.oid = CASE
    WHEN a.space IS NULL OR a.space = 'pg_temp' THEN pg_catalog.to_regtype(a.quoted)::pg_catalog.oid
    ELSE (SELECT y.oid FROM pg_catalog.pg_type y JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
      WHERE n.nspname = a.space AND y.typname = a.name) END WHERE a.family = 'type'
  UNION ALL SELECT a.i, a.mode, {proc}, p.oid, 0 FROM asked a JOIN pg_catalog.pg_proc p ON p.proname = a.name
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE a.family = 'routine' AND CASE WHEN a.space IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
      ELSE n.nspname = a.space END
    AND (a.arguments IS NULL OR pg_catalog.json_typeof(a.arguments) = 'null' OR p.proargtypes::text
      = pg_catalog.array_to_string(ARRAY(SELECT coalesce(pg_catalog.to_regtype(t)::pg_catalog.oid, 0)
      FROM pg_catalog.json_array_elements_text(a.arguments) WITH ORDINALITY AS e(t, place) ORDER BY place), ' '))
  UNION ALL SELECT a.i, a.mode, o.class, o.oid, 0 FROM asked a JOIN (
    SELECT 'schema' AS family, {namespace} AS class, oid, nspname AS name FROM pg_catalog.pg_namespace
    UNION ALL SELECT 'extension', {extension}, oid, extname FROM pg_catalog.pg_extension
    UNION ALL SELECT 'language', 'pg_catalog.pg_language'::pg_catalog.regclass::pg_catalog.oid, oid, lanname
      FROM pg_catalog.pg_language
    UNION ALL SELECT 'publication', 'pg_catalog.pg_publication'::pg_catalog.regclass::pg_catalog.oid, oid, pubname
      FROM pg_catalog.pg_publication
    UNION ALL SELECT 'server', 'pg_catalog.pg_foreign_server'::pg_catalog.regclass::pg_catalog.oid, oid, srvname
      FROM pg_catalog.pg_foreign_server
    UNION ALL SELECT 'foreign-data wrapper',
      'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass::pg_catalog.oid, oid, fdwname
      FROM pg_catalog.pg_foreign_data_wrapper
    UNION ALL SELECT 'event trigger', 'pg_catalog.pg_event_trigger'::pg_catalog.regclass::pg_catalog.oid, oid, evtname
      FROM pg_catalog.pg_event_trigger
    UNION ALL SELECT 'access method', 'pg_catalog.pg_am'::pg_catalog.regclass::pg_catalog.oid, oid, amname
      FROM pg_catalog.pg_am
    UNION ALL SELECT 'database', {database}, oid, datname FROM pg_catalog.pg_database
  ) o ON o.family = a.family AND o.name = a.name WHERE a.space IS NULL
  UNION ALL SELECT a.i, a.mode, s.classid, s.objid, s.objsubid FROM asked a JOIN pg_catalog.pg_roles r
    ON r.rolname = CASE a.name WHEN 'current_user' THEN current_user WHEN 'current_role' THEN current_user
      WHEN 'session_user' THEN session_user ELSE a.name END
    JOIN pg_catalog.pg_shdepend s ON s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    AND s.refobjid = r.oid AND s.deptype = 'o' AND s.dbid = (
      SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    WHERE a.family = 'role'
  UNION ALL SELECT a.i, a.mode, {class}, c.oid, 0 FROM asked a
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.name JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
    WHERE a.family = 'schema' AND a.mode = 'lock' AND c.relkind IN ('r', 'm', 'p')
), """

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
  FROM dropped d
), touched AS (
  SELECT obj AS rel, mode FROM found WHERE class = {class} AND sub = 0 AND mode <> 'drop'
  UNION SELECT x.rel, x.mode FROM touched t CROSS JOIN LATERAL (
    SELECT h.inhrelid AS rel, t.mode FROM pg_catalog.pg_inherits h WHERE h.inhparent = t.rel
    UNION ALL SELECT c.conrelid, CASE WHEN t.mode = 'empty' THEN 'empty'
        WHEN t.mode = 'delete' AND c.confdeltype = 'c' THEN 'delete' ELSE 'change' END
      FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_constraint c ON c.oid = p.objid
      WHERE p.refclassid = {class} AND p.refobjid = t.rel AND p.classid = {constraint} AND c.contype = 'f'
      AND c.confrelid = t.rel AND (t.mode = 'empty' OR (t.mode = 'delete' AND c.confdeltype IN ('c', 'n', 'd'))
        OR (t.mode = 'change' AND c.confupdtype IN ('c', 'n', 'd')))
  ) x
), """

_RELATIONS: Final = """\
busy AS MATERIALIZED (
  SELECT DISTINCT relation AS rel FROM pg_catalog.pg_locks WHERE mode = 'AccessExclusiveLock'
  AND pid <> pg_catalog.pg_backend_pid() AND database = (
    SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
), shown AS MATERIALIZED (
  SELECT rel FROM touched UNION SELECT owner FROM gone WHERE owner <> 0
  UNION SELECT obj FROM gone WHERE class = {class} AND sub = 0
), links AS MATERIALIZED (
  SELECT DISTINCT h.inhparent AS above, h.inhrelid AS below, '' AS key, '' AS columns, '' AS del, '' AS upd,
    '' AS referring, '' AS referred
  FROM touched t JOIN pg_catalog.pg_inherits h ON h.inhparent = t.rel
  UNION ALL SELECT DISTINCT c.confrelid, c.conrelid, c.conname::text, (
      SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY k.place)
      FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
    c.confdeltype::text, c.confupdtype::text, c.conkey::text, c.confkey::text
  FROM touched t JOIN pg_catalog.pg_depend p ON p.refclassid = {class} AND p.refobjid = t.rel
  AND p.classid = {constraint} JOIN pg_catalog.pg_constraint c ON c.oid = p.objid
  WHERE t.mode IN ('empty', 'delete', 'change') AND c.contype = 'f' AND c.confrelid = t.rel
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint up WHERE up.oid = c.conparentid AND up.conrelid <> c.conrelid)
), beside AS (
  SELECT t.rel, i.indexrelid AS other FROM touched t JOIN pg_catalog.pg_index i ON i.indrelid = t.rel
    WHERE t.mode IN ('empty', 'lock')
  UNION SELECT t.rel, i.indrelid FROM touched t JOIN pg_catalog.pg_index i ON i.indexrelid = t.rel
  UNION SELECT t.rel, c.reltoastrelid FROM touched t JOIN pg_catalog.pg_class c ON c.oid = t.rel
    WHERE t.mode IN ('empty', 'lock')
  UNION SELECT t.rel, i.indexrelid FROM touched t JOIN pg_catalog.pg_class c ON c.oid = t.rel
    JOIN pg_catalog.pg_index i ON i.indrelid = c.reltoastrelid WHERE t.mode IN ('empty', 'lock')
  UNION SELECT t.rel, p.objid FROM touched t JOIN pg_catalog.pg_depend p ON p.refclassid = {class}
    AND p.refobjid = t.rel AND p.classid = {class} AND p.deptype IN ('a', 'i') JOIN pg_catalog.pg_class s
    ON s.oid = p.objid AND s.relkind = 'S' WHERE t.mode IN ('empty', 'lock')
  UNION SELECT t.rel, c.conrelid FROM touched t JOIN pg_catalog.pg_depend p ON p.refclassid = {class}
    AND p.refobjid = t.rel AND p.classid = {constraint} JOIN pg_catalog.pg_constraint c ON c.oid = p.objid
    WHERE t.mode = 'lock' AND c.contype = 'f'
  UNION SELECT t.rel, c.confrelid FROM touched t JOIN pg_catalog.pg_constraint c ON c.conrelid = t.rel
    WHERE t.mode = 'lock' AND c.contype = 'f'
  UNION SELECT s.rel, u.rel FROM shown s JOIN pg_catalog.pg_inherits h ON h.inhrelid = s.rel
    JOIN pg_catalog.pg_class c ON c.oid = s.rel AND c.relispartition
    LEFT JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = h.inhparent
    CROSS JOIN LATERAL (VALUES (h.inhparent), (t.partdefid)) u(rel)
)
"""

_ANSWER: Final = """\
SELECT pg_catalog.json_build_object(
'found', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(i, class, obj, sub)), '[]') FROM found),
'edges', (SELECT coalesce(pg_catalog.json_agg(DISTINCT pg_catalog.jsonb_build_array(
    p.classid, p.objid, p.objsubid, p.refclassid, p.refobjid, p.refobjsubid, p.deptype)), '[]')
  FROM gone d CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_depend p WHERE p.refclassid = d.class
    AND p.refobjid = d.obj AND (d.sub = 0 OR p.refobjsubid = d.sub)
    UNION ALL SELECT * FROM pg_catalog.pg_depend p WHERE p.classid = d.class AND p.objid = d.obj
      AND p.deptype IN ('P', 'S')) p),
'inherited', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
    x.class, x.obj, x.sub, d.class, d.obj, d.sub, 'h')), '[]')
  FROM gone d CROSS JOIN LATERAL ({children}) x(class, obj, sub)),
'gone', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(d.class, d.obj, d.sub, d.owner,
    x.type, x.identity, k.contype, (SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY u.place)
      FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number))), '[]')
  FROM gone d LEFT JOIN pg_catalog.pg_constraint k ON d.class = {constraint} AND k.oid = d.obj
  LEFT JOIN LATERAL (SELECT * FROM pg_catalog.pg_identify_object(d.class, d.obj, d.sub)
    WHERE NOT EXISTS (SELECT FROM gone o WHERE o.class = {class} AND o.obj = d.owner AND o.sub = 0)
    AND (d.class <> {class} OR d.sub > 0)) x ON true),
'links', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
    above, below, key, columns, del, upd, referring, referred)), '[]') FROM links),
'beside', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(rel, other)), '[]') FROM beside
  WHERE other <> 0),
'relations', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(c.oid, n.nspname, c.relname, c.relkind,
    c.relispartition, CASE WHEN c.relkind IN ('r', 'm') THEN
      CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_catalog.pg_stat_get_live_tuples(c.oid) END::bigint END,
    CASE WHEN c.relkind IN ('r', 'm', 'i') AND b.rel IS NULL THEN pg_catalog.pg_total_relation_size(c.oid) END,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid),
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal
      AND g.tgenabled <> 'D' AND EXISTS (SELECT FROM touched t WHERE t.rel = c.oid
        AND g.tgtype & CASE t.mode WHEN 'empty' THEN 32 WHEN 'delete' THEN 8 WHEN 'change' THEN 20 ELSE 0 END <> 0)),
    b.rel IS NOT NULL, c.relkind IN ('r', 'm') AND b.rel IS NULL AND c.relispopulated
      AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
      AND NOT pg_catalog.row_security_active(c.oid))), '[]')
  FROM shown s JOIN pg_catalog.pg_class c ON c.oid = s.rel JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN busy b ON b.rel = c.oid),
'databases', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(d.oid, d.datname,
    CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid) END,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid
      AND a.pid <> pg_catalog.pg_backend_pid()))), '[]')
  FROM pg_catalog.pg_database d WHERE d.oid IN (SELECT obj FROM found WHERE class = {database})),
'whole', CASE WHEN {whole} THEN pg_catalog.pg_database_size(pg_catalog.current_database()) END,
'watchers', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D')
)::text
"""

_CATALOGUES: Final = (
    "class",
    "constraint",
    "trigger",
    "rewrite",
    "policy",
    "type",
    "proc",
    "namespace",
    "extension",
    "attrdef",
    "database",
)


def write_query(roots: str, *, whole: bool) -> str:
    """Return the query for these roots, as JSON.

    Args:
        roots: what :func:`tierguard.process.radius.asking.write_roots` returns.
        whole: the size of this database is wanted.
    """
    query = (_FOUND + _DROPPED + _RELATIONS + _ANSWER).replace("{children}", _CHILDREN)
    for name in _CATALOGUES:
        query = query.replace(f"{{{name}}}", f"'pg_catalog.pg_{name}'::pg_catalog.regclass::pg_catalog.oid")
    return query.replace("{whole}", str(whole).lower()).replace("{roots}", quote_literal(roots))
