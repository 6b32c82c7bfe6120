"""Acts with their SQL, the plan of them, and what the server really does with them, compared."""

from __future__ import annotations

import contextlib

from psycopg import pq

from tierguard.process.admission import Answer
from tierguard.process.radius import Plan, survey
from tierguard.statements.classifying import classify

OK = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}
DEPENDED_ON = {"2BP01"}
MISSING = {"42P01", "42704", "42883", "3F000", "42703"}
OTHERWISE = {
    "0A000",
    "42P16",
    "55000",
    "42809",
    "25001",
}  # what a plan does not foresee, such as a column's being inherited
# Everything that a DROP takes and that a plan names: not the inner parts of what goes anyway.
THINGS = """\
SELECT c.tableoid::regclass::text, c.oid, 0, 0 FROM pg_class c WHERE c.relkind IN ('r','p','v','m','f','S')
UNION ALL SELECT 'index', indexrelid, 0, indrelid FROM pg_index JOIN pg_class c ON c.oid = indrelid
  JOIN pg_class i ON i.oid = indexrelid WHERE c.relkind <> 't' AND NOT i.relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = indexrelid AND k.conrelid = indrelid)
UNION ALL SELECT 'column', attrelid, attnum, CASE c.relkind WHEN 'c' THEN reltype ELSE attrelid END FROM pg_attribute
  JOIN pg_class c ON c.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND c.relkind IN ('r','p','f','c')
UNION ALL SELECT 'pg_constraint', oid, 0, greatest(conrelid, contypid) FROM pg_constraint
  WHERE contype NOT IN ('t', 'n') AND conparentid = 0
UNION ALL SELECT 'pg_statistic_ext', oid, 0, 0 FROM pg_statistic_ext
UNION ALL SELECT 'pg_trigger', oid, 0, tgrelid FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'pg_policy', oid, 0, polrelid FROM pg_policy
UNION ALL SELECT 'pg_attrdef', oid, adnum::int, adrelid FROM pg_attrdef
UNION ALL SELECT 'pg_rewrite', oid, 0, ev_class FROM pg_rewrite
UNION ALL SELECT 'pg_type', oid, 0, CASE (SELECT relkind FROM pg_class c WHERE c.oid = typrelid)
  WHEN 'c' THEN 0 ELSE typrelid END FROM pg_type WHERE typelem = 0 AND typtype <> 'm'
UNION ALL SELECT 'pg_proc', oid, 0, 0 FROM pg_proc p
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND deptype = 'i')
UNION ALL SELECT 'pg_namespace', oid, 0, 0 FROM pg_namespace
UNION ALL SELECT 'pg_extension', oid, 0, 0 FROM pg_extension UNION ALL SELECT 'pg_language', oid, 0, 0 FROM pg_language
"""
FILES = "SELECT c.oid, pg_relation_filenode(c.oid) FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.oid > 16383"
CHANGED = "SELECT relid, n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
LOCKED = "SELECT relation FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock' AND relation > 0"


class Session:
    """One connection by libpq itself, which no gate stands in front of."""

    def __init__(self, url):
        self.connection = pq.PGconn.connect(url.encode())
        assert self.connection.status == pq.ConnStatus.OK, self.connection.error_message
        self.asked = []

    def close(self):
        self.connection.finish()

    def rows(self, sql):
        result = self._run(sql)
        rows, columns = range(result.ntuples), range(result.nfields)
        return [tuple(_text(result.get_value(row, column)) for column in columns) for row in rows]

    def _run(self, sql):
        result = self.connection.exec_(sql.encode())
        if result.status not in OK:
            raise ServerError(result.error_field(pq.DiagnosticField.SQLSTATE).decode(), result.error_message.decode())
        return result

    def answer(self, sql):
        self.asked.append(sql)
        try:
            ((value,),) = self.rows(sql)
        except ServerError as error:
            return Answer(None, str(error), error.sqlstate)
        return Answer(value)

    def problem(self, sql):
        try:
            self.rows(sql)
        except ServerError as error:
            return error
        return None

    def plan(self, *acts) -> Plan:
        exchange = survey(acts)
        try:
            sql = next(exchange)
            while True:
                sql = exchange.send(self.answer(sql))
        except StopIteration as end:
            return end.value

    @contextlib.contextmanager
    def undone(self):
        self._run("BEGIN")
        try:
            yield
        finally:
            self._run("ROLLBACK")


class ServerError(Exception):
    def __init__(self, sqlstate, message):
        self.sqlstate = sqlstate
        super().__init__(message)


def _text(value):
    return None if value is None else value.decode()


def compare(session, sql):
    """Run a statement, undo it, and return what it did and what its plan says, each as a dictionary of sets."""
    (act,) = classify(sql).acts
    plan = session.plan(act)
    before, files = _things(session), dict(session.rows(FILES))
    with session.undone():
        counted = set(session.rows(CHANGED))
        error = session.problem(sql)
        if error:
            told = plan.trees[0].refused or plan.trees[0].missing
            foreseeable = error.sqlstate in DEPENDED_ON | MISSING or act.verb == "TRUNCATE"
            assert foreseeable or error.sqlstate in OTHERWISE, (sql, str(error))
            return plan, {"refused": True}, {"refused": bool(told) or not foreseeable}
        locked = {int(oid) for (oid,) in session.rows(LOCKED)} & {oid for kind, oid, *_ in before if kind in LOCKABLE}
        changed = {int(oid) for oid, _ in set(session.rows(CHANGED)) - counted}
        after, now = _things(session), dict(session.rows(FILES))
    gone = (
        before - after if " TYPE " not in sql.partition("ALTER COLUMN")[2] else set()
    )  # a new type makes its keys anew
    relations = {oid for kind, oid, *_ in gone if kind in {"pg_class", "pg_type"}}
    inner = {"index", "pg_constraint", "pg_trigger", "pg_policy", "pg_attrdef", "pg_rewrite", "pg_type", "column"}
    columns = {(oid, column) for kind, oid, column, _ in gone if kind == "column"}
    outer = {
        (kind, oid)
        for kind, oid, column, owner in gone
        if not (kind in inner and owner in relations) and not (kind == "pg_attrdef" and (owner, column) in columns)
    }
    did = {"refused": False, "gone": outer, "unplanned locks": locked - plan.locks, "unplanned rows": set()}
    emptied = {int(oid) for oid, file in files.items() if oid in now and now[oid] != file}
    told = plan.trees[0]
    says = {"refused": bool(told.refused), "gone": set(), "unplanned locks": set(), "unplanned rows": set()}
    says["gone"] = {(CATALOGUE.get(one.kind, one.kind), one.oid) for one in told.reached if one.fate == "dropped"}
    if act.verb == "DELETE":
        assert changed
        did["unplanned rows"] = changed - {one.oid for one in told.reached}
    if act.verb == "TRUNCATE":
        did["emptied"] = emptied
        says["emptied"] = {one.oid for one in told.reached if one.fate == "emptied" and one.stored}
    return plan, did, says


RELATION_KINDS = (
    "table",
    "partition",
    "view",
    "materialized view",
    "sequence",
    "foreign table",
    "composite type",
)
CATALOGUE = dict.fromkeys(RELATION_KINDS, "pg_class") | {
    "foreign key": "pg_constraint",
    "constraint": "pg_constraint",
    "domain constraint": "pg_constraint",
    "trigger": "pg_trigger",
    "policy": "pg_policy",
    "rule": "pg_rewrite",
    "default value": "pg_attrdef",
    "type": "pg_type",
    "function": "pg_proc",
    "schema": "pg_namespace",
    "language": "pg_language",
    "extension": "pg_extension",
    "statistics object": "pg_statistic_ext",
}
LOCKABLE = {"pg_class", "index"}


def _things(session):
    return {(kind, int(oid), int(column), int(owner)) for kind, oid, column, owner in session.rows(THINGS)}
