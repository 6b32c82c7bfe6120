"""Run a statement on a real server, and see what it did: counters, locks, catalogue, settings.

It runs as the commit gate would let it run: in a transaction of a session that otherwise only reads, beside a cursor;
then the transaction is rolled back. What ends its transaction, or cannot run in one, is run on a copy of the database.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from psycopg import pq
from support.statement_files import SCHEMA
from support.weighing import HELD, LIGHT, PROTECTING, Observed

if TYPE_CHECKING:
    from support.clusters import Cluster

NAME = "differ"  # of all that is made on a server for this
ALONE = "25001"  # active_sql_transaction: what cannot run in a transaction block
_ANSWERS = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY})
_COPIES = frozenset({pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT})

_SETTINGS = (*PROTECTING, *(name for name in HELD if name != "hold"), "role", "session_authorization")
_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NAMED = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
_CHANGED = " + ".join(f"pg_stat_get_xact_tuples_{what}(c.oid)" for what in ("inserted", "updated", "deleted"))
# One question, a row for each thing. A TRUNCATE is in no counter: the size shows it.
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
  FROM {_NAMED} WHERE {_OWN} AND c.relkind IN ('r', 'm') UNION ALL
SELECT 'column', a.attrelid || '.' || a.attnum, n.nspname || '.' || c.relname || '.' || a.attname
  FROM {_NAMED} JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE {_OWN} AND c.relkind NOT IN ('i', 'I') AND a.attnum > 0 AND NOT a.attisdropped UNION ALL
SELECT 'sequence', s.seqrelid::regclass::text, coalesce(pg_sequence_last_value(s.seqrelid)::text, '')
  FROM pg_sequence s UNION ALL
SELECT 'database', d.datname, '' FROM pg_database d UNION ALL
SELECT 'setting', name, coalesce(current_setting(name, true), '') FROM unnest(ARRAY{list(_SETTINGS)}) name UNION ALL
SELECT 'setting', 'hold', EXISTS (SELECT FROM pg_cursors WHERE name = 'tierguard_hold')::text
"""
# Outside of the transaction that did it, no counter tells: then the rows themselves are counted, by a query made here.
_COUNTED = f"""
SELECT string_agg(format('SELECT ''count'', %L, count(*)::text FROM %s', n.nspname || '.' || c.relname,
  c.oid::regclass), ' UNION ALL ') FROM {_NAMED} WHERE {_OWN} AND c.relkind IN ('r', 'm')
"""
# The server runs the cursor's query at COMMIT, where it fails: so nothing is ever committed, whatever a text says.
_ARM = (
    "BEGIN; SET TRANSACTION READ WRITE; "
    "DECLARE tierguard_hold NO SCROLL CURSOR WITH HOLD FOR SELECT ('held' || pg_backend_pid())::int"
)
_DISARM = "ROLLBACK; DEALLOCATE ALL; SELECT pg_advisory_unlock_all(), pg_stat_force_next_flush()"
_EXTENSIONS = frozenset({"dblink", "file_fdw", "postgres_fdw", "vector"})
_ROLES = ("differ_owner",)
_PREPARE = (
    "SET default_transaction_read_only = on; SET tierguard.armed = 'yes'; "
    "SET client_min_messages = error; SET statement_timeout = '10s'"
)


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
        return {(kind, key): value for kind, key, value in self.run(_LOOK)}

    def count(self):
        """Return what there is, and how many rows every table has."""
        return self.look() | {(kind, key): value for kind, key, value in self.run(self.run(_COUNTED)[0][0])}

    def close(self):
        """End it."""
        self.wire.finish()


def _text(value):
    return "" if value is None else value.decode()


@dataclass(repr=False)
class Laboratory:
    """A server with the small database, a session in it, and a copy of it where that is needed."""

    cluster: Cluster
    version: int
    extensions: frozenset[str]
    session: Session
    base: dict
    copy: Session | None = None
    ruined: bool = True

    def __repr__(self):
        return f"<PostgreSQL {self.version}>"

    def _repr_pretty_(self, printer, _cycle):  # hypothesis would print every field
        printer.text(repr(self))

    def observe(self, text, *, on_copy=False):
        """Run a text and return what it did.

        Raises:
            StatementError: the server refused it, so nothing was done.
        """
        if on_copy:
            return self._observe_on_copy(text)
        self.session.run(_ARM)
        try:
            self.session.run(text)
            seen = self.session.look()
        except StatementError as problem:
            if problem.state == ALONE and "cannot run inside a transaction block" in str(problem):
                return self._observe_on_copy(text, alone=True)
            raise
        finally:
            self.session.run(_DISARM)
        observed = compare(self.base, seen)
        self.base |= {key: value for key, value in seen.items() if key[0] == "sequence" and key in self.base}
        return observed

    def _observe_on_copy(self, text, *, alone=False):
        session = self._fresh_copy()
        before = session.count()
        self.ruined = True
        try:
            session.run(text)
        finally:
            if session.wire.transaction_status != pq.TransactionStatus.IDLE:
                session.run("ROLLBACK")
            after = session.count()
            self.ruined = not _lasting(before).items() <= _lasting(after).items()
        return compare(before, after, alone=alone)

    def _fresh_copy(self):
        """Return a session of a copy that nothing was taken from; ``differ_victim`` stands beside it."""
        if not self.cluster.admin("SELECT FROM pg_database WHERE datname = 'differ_victim'"):
            self.cluster.admin("CREATE DATABASE differ_victim")
        if self.copy is None or self.ruined:
            if self.copy is not None:
                self.copy.close()
                self.cluster.admin("DROP DATABASE differ_copy WITH (FORCE)")
            self.cluster.admin("CREATE DATABASE differ_copy TEMPLATE differ")
            self.copy = Session(self.cluster.url("differ_copy"))
            self.copy.run(_PREPARE)
            self.copy.run("SET default_transaction_read_only = off")
        return self.copy


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


def _lasting(seen):
    """Return what must still be there for a copy to be used again."""
    return {
        key: value for key, value in seen.items() if key[0] not in {"xid", "lock", "rows", "database", "index", "size"}
    }


def _both(before, after, kind):
    """Yield what is there before and after and has another value."""
    for (what, key), value in before.items():
        if what == kind and after.get((what, key), value) != value:
            yield what, key, value


@contextlib.contextmanager
def open_laboratory(cluster):
    """Make the database on a server, and take everything away again."""
    has_xml = cluster.admin("SELECT FROM pg_config WHERE name = 'CONFIGURE' AND setting ~ 'with-libxml'")
    version = int(cluster.admin("SHOW server_version_num")[0][0]) // 10000
    extensions = frozenset(
        ["xml"] * bool(has_xml) + [row[0] for row in cluster.admin("SELECT name FROM pg_available_extensions")]
    )
    _clear(cluster)
    for role in _ROLES:
        cluster.admin(f"CREATE ROLE {role}")
    cluster.admin("CREATE DATABASE differ")
    cluster.admin(SCHEMA, "differ")
    for extension in sorted(extensions & _EXTENSIONS):
        cluster.admin(f"CREATE EXTENSION {extension}", "differ")
    cluster.admin("CREATE DATABASE differ_main TEMPLATE differ")
    session = Session(cluster.url("differ_main"))
    laboratory = Laboratory(cluster, version, extensions, session, {})
    try:
        session.run(_PREPARE)
        session.run(_DISARM)
        session.run(_ARM)
        laboratory.base = session.look()
        session.run(_DISARM)
        yield laboratory
    finally:
        for one in (session, laboratory.copy):
            if one is not None:
                one.close()
        _clear(cluster)


def _clear(cluster):
    cluster.admin("ALTER SYSTEM RESET ALL")
    for name in cluster.admin(f"SELECT datname FROM pg_database WHERE datname ~ '^{NAME}(_|$)'"):
        cluster.admin(f"DROP DATABASE {name[0]} WITH (FORCE)")
    for role in _ROLES:
        cluster.admin(f"DROP ROLE IF EXISTS {role}")


def suited(fixtures, laboratory):
    """Return those of the fixtures that the server can run."""
    return [one for one in fixtures if one.is_for(laboratory.version, laboratory.extensions)]


def run_fixture(fixture, laboratory):
    """Return what was seen of a fixture, or None where the server refused it, as the fixture must have said."""
    with pytest.raises(StatementError) if "fails" in fixture.flags else contextlib.nullcontext():
        return laboratory.observe(fixture.bound(), on_copy=fixture.values.get("run") == "copy")
