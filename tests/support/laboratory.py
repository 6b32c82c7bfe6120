"""A server with the small database: statements are run there as the commit gate would let them run.

A transaction of a session that otherwise only reads, beside a cursor that makes every COMMIT fail; then it is rolled
back. What ends its transaction, or cannot run in one, is run on a copy of the database.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from psycopg import pq
from support.observing import SEQUENCES, Session, StatementError, compare
from support.statement_files import SCHEMA

if TYPE_CHECKING:
    from support.clusters import Cluster

NAME = "differ"  # of all that is made on a server for this
ALONE = "25001"  # active_sql_transaction: what cannot run in a transaction block
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
            if self.session.wire.transaction_status == pq.TransactionStatus.IDLE:
                return self._start_again(seen)
        except StatementError as problem:
            if problem.state == ALONE and "cannot run inside a transaction block" in str(problem):
                return self._observe_on_copy(text, alone=True)
            raise
        else:
            return compare(self.base, seen)
        finally:
            self.session.run(_DISARM)
            self.base |= self.session.see(SEQUENCES)  # which no rollback moves back

    def begin(self):
        """Prepare the session, and look at what there is before anything is done."""
        self.session.run(f"{_DISARM}; {_PREPARE}")
        self.session.run(_ARM)
        seen = self.session.look()
        self.base = {key: value for key, value in seen.items() if key[0] != "database"}  # dropped on a copy only
        self.session.run(_DISARM)

    def _start_again(self, seen):
        """Bring the session back after a text that has rolled back, and return what is left of what it did."""
        before = self.base
        self.begin()
        left = {key: value for key, value in seen.items() if key[0] != "rows"}  # which are counted all the same
        return compare(before, left | {("setting", "hold"): "true"})

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


def _lasting(seen):
    """Return what must still be there for a copy to be used again."""
    return {
        key: value for key, value in seen.items() if key[0] not in {"xid", "lock", "rows", "database", "index", "size"}
    }


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
        laboratory.begin()
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
