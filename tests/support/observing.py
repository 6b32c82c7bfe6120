"""See what a statement does on a real server: counters, locks, catalogue, settings, before and after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg import pq
from support.weighing import HELD, LIGHT, PROTECTING, Observed

_ANSWERS = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY})

_SETTINGS = (*PROTECTING, *(name for name in HELD if name != "hold"), "role", "session_authorization")
_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NAMED = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
_CHANGED = " + ".join(f"pg_stat_get_xact_tuples_{what}(c.oid)" for what in ("inserted", "updated", "deleted"))
SEQUENCES = """
SELECT 'sequence', s.seqrelid::regclass::text, coalesce(pg_sequence_last_value(s.seqrelid)::text, '')
FROM pg_sequence s
"""
# One question, a row for each thing. A TRUNCATE is in no counter: the size shows it. A
# materialized view has nothing of its own to lose.
_LOOK = f"""
SELECT 'xid', '', coalesce(pg_current_xact_id_if_assigned()::text, '') UNION ALL
SELECT 'rows', CASE WHEN n.nspname = 'pg_catalog' THEN '' WHEN n.nspname ~ '^pg_temp' THEN 'temporary.'
  ELSE n.nspname || '.' END || c.relname, ({_CHANGED})::text
  FROM {_NAMED} WHERE c.relkind IN ('r', 'm') AND {_CHANGED} > 0 UNION ALL
SELECT 'lock', l.relation || ' ' || l.mode, '' FROM pg_locks l
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode <> ALL (ARRAY{sorted(LIGHT)}) UNION ALL
SELECT 'relation', c.oid::text, n.nspname || '.' || c.relname
  FROM {_NAMED} WHERE {_OWN} AND c.relkind NOT IN ('i', 'I') UNION ALL
SELECT 'name', c.relname, '' FROM {_NAMED} WHERE {_OWN} AND c.relkind IN ('i', 'I') UNION ALL
SELECT 'size', c.oid::text, pg_relation_size(c.oid)::text
  FROM {_NAMED} WHERE {_OWN} AND c.relkind = 'r' UNION ALL
SELECT 'column', a.attrelid || '.' || a.attnum, n.nspname || '.' || c.relname || '.' || a.attname
  FROM {_NAMED} JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE {_OWN} AND c.relkind NOT IN ('i', 'I') AND a.attnum > 0 AND NOT a.attisdropped UNION ALL
{SEQUENCES} UNION ALL
SELECT 'database', d.datname, '' FROM pg_database d UNION ALL
SELECT 'setting', name, coalesce(current_setting(name, true), '') FROM unnest(ARRAY{list(_SETTINGS)}) name UNION ALL
SELECT 'setting', 'hold', EXISTS (SELECT FROM pg_cursors WHERE name = 'tierguard_hold')::text
"""
# Outside of the transaction that did it, no counter tells: then the rows themselves are counted, by a query made here.
_COUNTED = f"""
SELECT string_agg(format('SELECT ''count'', %L, count(*)::text FROM %s', n.nspname || '.' || c.relname,
  c.oid::regclass), ' UNION ALL ') FROM {_NAMED} WHERE {_OWN} AND c.relkind IN ('r', 'm')
"""


class StatementError(Exception):
    """The server refused a statement, with this SQLSTATE."""

    def __init__(self, state, message):
        super().__init__(f"{state}: {message}")
        self.state = state


@dataclass
class Session:
    """One connection through libpq itself, which no gate stands in front of."""

    url: str
    wire: pq.PGconn = field(init=False)

    def __post_init__(self):
        self.wire = pq.PGconn.connect(self.url.encode())
        assert self.wire.status == pq.ConnStatus.OK, self.wire.error_message

    def run(self, text):
        """Send a text by the simple protocol and return the rows of its last result."""
        data = text if isinstance(text, bytes) else text.encode()
        self.wire.send_query(data)
        rows, problem = [], None
        while (result := self.wire.get_result()) is not None:
            if result.status == pq.ExecStatus.COPY_IN:
                self.wire.put_copy_end()
            elif result.status == pq.ExecStatus.COPY_OUT:
                while self.wire.get_copy_data(0)[0] > 0:
                    pass
            elif result.status not in _ANSWERS:
                state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"08000").decode()
                problem = problem or StatementError(state, result.get_error_message())
            else:
                rows = [[_text(result.get_value(y, x)) for x in range(result.nfields)] for y in range(result.ntuples)]
        if problem:
            raise problem
        return rows

    def look(self):
        """Return what there is: ``(kind, key) -> value``."""
        return self.see(_LOOK)

    def see(self, question):
        """Return what a question answers, whose rows are kind, key and value."""
        return {(kind, key): value for kind, key, value in self.run(question)}

    def count(self):
        """Return what there is, and how many rows every table has."""
        return self.look() | self.see(self.run(_COUNTED)[0][0])

    def close(self):
        """End it."""
        self.wire.finish()


def _text(value):
    return "" if value is None else value.decode()


def compare(before, after, *, alone=False):
    """Return what has changed between two looks."""
    named = {key: value for (kind, key), value in before.items() if kind == "relation"}

    def of(kind):
        return [(key, value) for (what, key), value in before.items() if what == kind]

    gone = [value for kind in ("relation", "column") for key, value in of(kind) if (kind, key) not in after]
    emptied = [
        f"every row of {named[key]}" for key, size in of("size") if size != "0" and after.get(("size", key)) == "0"
    ]
    counted = [(key, abs(int(after[what, key]) - int(value))) for what, key, value in _both(before, after, "count")]
    locks = [key.split() for kind, key in after if kind == "lock"]
    if any(kind == "count" for kind, _ in before):
        rows = [one for one in counted if one[1]]
    else:
        rows = [(key, int(value)) for (kind, key), value in after.items() if kind == "rows"]
    return Observed(
        alone=alone,
        xid=bool(after["xid", ""]) and not alone,
        rows=tuple(sorted(rows)),
        lost=tuple(sorted(gone + ([] if alone else emptied))),
        databases=tuple(key for key, _ in of("database") if ("database", key) not in after),
        locks=tuple(sorted((named[oid], mode) for oid, mode in locks if oid in named)),
        settings=tuple((key, value, after[what, key]) for what, key, value in _both(before, after, "setting")),
        moved=tuple(key for _, key, _ in _both(before, after, "sequence")),
    )


def _both(before, after, kind):
    """Yield what is there before and after and has another value."""
    for (what, key), value in before.items():
        if what == kind and after.get((what, key), value) != value:
            yield what, key, value
