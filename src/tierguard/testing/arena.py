"""Databases for throwing away, and a process on INT: where :mod:`tierguard.testing.conformance` tries adapters."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self
from uuid import uuid4

from psycopg import pq

from tierguard.deciding.marker import Marker, parse_marker, stamp_statements
from tierguard.evidence.config import load
from tierguard.model import Context, Tier
from tierguard.process.chosen import Process
from tierguard.process.gate import Gate
from tierguard.testing.wiretap import Wiretap
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tierguard.ports import Prompter

PROJECT: Final = "conformance"
GUEST: Final = "tg_conformance_guest"
_SETTINGS: Final = f"""\
project = "{PROJECT}"
production_mode = "CONFORMANCE_PRODUCTION"
flags = {{ prod = "CONFORMANCE_PROD" }}
[databases.default]
int.url = "TEST_DATABASE_URL"
prod.url = "DATABASE_URL"
"""
_LIVE: Final = (
    "SELECT datname, oid, (pg_control_system()).system_identifier FROM pg_database WHERE datname = current_database()"
)


@dataclass
class Arena:
    """Makes databases on ``server``, and lends ``gate`` a process of its own while its block runs."""

    server: str
    folder: Path
    gate: Gate
    _made: list[str] = field(default_factory=list, init=False)
    _lent: dict[str, object] = field(default_factory=dict, init=False)

    def __enter__(self) -> Self:
        """Put the process on INT of a project of its own."""
        (self.folder / "tierguard.toml").write_text(_SETTINGS)
        self._lent = dict(vars(self.gate))
        self._use_process(Context(), {})
        run(self.server, f"DO $$ BEGIN CREATE ROLE {GUEST} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        return self

    def __exit__(self, *_: object) -> None:
        """Give the gate its own process back, and drop the databases."""
        vars(self.gate).update(self._lent)
        for name in self._made:
            run(self.server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def entitle(self) -> None:
        """Make the process a server that is entitled to PROD."""
        self._use_process(Context(production_mode=True), {"CONFORMANCE_PROD": "true"})

    def convince(self, prompter: Prompter) -> None:
        """Make the process one of a person at a terminal who asked for PROD; ``prompter`` types ``yes`` first."""
        self._use_process(Context(terminal=True), {"CONFORMANCE_PROD": "true"})
        self.gate.process.prompter = prompter
        self.gate.process.choose()

    def make(self, *, tier: str = "", rows: int = 0, copy: bool = False, suffix: str = "", encoding: str = "") -> str:
        """Return the URL of a new database.

        Args:
            tier: what it is stamped as; empty leaves it unmarked.
            rows: how many its table ``person`` has; 0 leaves it empty.
            copy: whether its marker was made for another database.
            suffix: what its name ends in.
            encoding: its own, if not the server's.
        """
        name = f"tg_conformance_{uuid4().hex[:8]}{suffix}"
        self._made.append(name)
        run(self.server, f"CREATE DATABASE {name}" + (f" ENCODING {encoding} TEMPLATE template0" if encoding else ""))
        url = conninfo.with_database(self.server, name)
        if rows:
            run(url, f"CREATE TABLE person AS SELECT n AS id FROM generate_series(1, {rows:d}) n")  # noqa: S608 - ours
        if tier:
            self.stamp(url, tier, db="another" if copy else "")
        return url

    def make_secretive(self, *, tier: str) -> str:
        """Return the URL of a new database for a role that may not ask who the database is."""
        url = self.make(tier=tier, rows=1)
        run(url, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        return self.as_guest(url)

    def as_guest(self, url: str) -> str:
        """Return ``url`` for a role that owns nothing."""
        parts = conninfo.parse(url).effective()
        return conninfo.build({key: value for key, value in parts.items() if key != "password"} | {"user": GUEST})

    def stamp(self, url: str, tier: str, *, db: str = "") -> None:
        """Write a marker into the database, bound to it unless ``db`` names another one."""
        name, oid, sysid = run(url, _LIVE)
        marker = Marker(Tier(tier), PROJECT, name, oid, sysid)
        run(url, stamp_statements(marker))
        if db:
            run(url, f"COMMENT ON DATABASE {name} IS NULL")
            text = Marker(Tier(tier), PROJECT, db, "1", sysid).render()
            run(url, f"COMMENT ON SCHEMA tierguard IS '{text}'")

    def read_tier(self, url: str) -> str | None:
        """Return what tier the marker in the database names, or None without one."""
        parts = conninfo.parse(url).effective() | {"user": conninfo.parse(self.server).user}
        text = run(conninfo.build(parts), "SELECT obj_description(oid) FROM pg_namespace WHERE nspname = 'tierguard'")
        marker = parse_marker(text[0]) if text else None
        return marker.tier.value if marker else None

    @contextlib.contextmanager
    def tap(self, url: str, *, latency: float = 0.0, cut: bool = False) -> Iterator[tuple[Wiretap, str]]:
        """Listen in front of the server: give the wiretap, and the URL that leads through it."""
        parts = conninfo.parse(url).effective()
        with Wiretap(parts["host"], int(parts.get("port", "5432")), latency, cut) as tap:
            host, port = tap.address
            yield tap, conninfo.build(parts | {"host": host, "port": str(port)})

    def _use_process(self, context: Context, environ: dict[str, str]) -> None:
        urls = {"TEST_DATABASE_URL": self.server, "DATABASE_URL": self.server}
        vars(self.gate).update(vars(Gate(Process(load(self.folder), urls | environ, context))))


def run(url: str, sql: str) -> tuple[str, ...]:
    """Run ``sql`` through libpq itself, which no gate stands in front of; return the first row, if any.

    Raises:
        RuntimeError: the server refused.
    """
    connection = pq.PGconn.connect(conninfo.libpq_url(url).encode())
    try:
        result = connection.exec_(sql.encode())
        if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
            raise RuntimeError((result.error_message or connection.error_message).decode(errors="replace"))
        columns = range(result.nfields if result.ntuples else 0)
        return tuple((result.get_value(0, column) or b"").decode() for column in columns)
    finally:
        connection.finish()
