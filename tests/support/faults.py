"""A process, or a server, that is killed at a statement of its own choice: the N-th, before or while it runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support import clusters
from support.checkout import checkout
from support.child import environment, place
from support.patience import patience

from tierguard.model import Tier
from tierguard.testing.wiretap import Wiretap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def server():
    """Give a server of one's own, whose STG belongs to a role like those of managed servers."""
    with clusters.running(clusters.programs_of_18(), 18) as cluster:
        cluster.admin("CREATE ROLE keeper LOGIN CREATEDB; CREATE ROLE reader LOGIN; CREATE ROLE team")
        yield cluster


# What a reset, an undo and a snapshot are made of, as the commands do them; the build is this small project's own.
WORK = """
import sys, click, tierguard
from tierguard import tools
from tierguard.databases.replacing.undoing import undo
from tierguard.databases.siblings.keeping import keep

def fill(url, rows):
    import psycopg
    def fetch(statement):
        found = connection.execute(statement)
        return [row[0] for row in found] if found.description else []

    with psycopg.connect(url) as connection:
        tools.drop_objects(fetch)
        connection.execute(f"CREATE TABLE person AS SELECT n AS id, 'new' AS name FROM generate_series(1, {rows}) n")
        connection.execute(f"CREATE TABLE visit AS SELECT n AS id FROM generate_series(1, {rows}) n")

def reset(target):
    with tools.rebuild_database(target, recipe=sys.argv[3] if len(sys.argv) > 3 else "") as build:
        if not build.prepared:
            fill(build.target.url, globals().get("ROWS", 40))

def work():
    target = tierguard.resolve(sys.argv[2])
    {"reset": reset, "undo": undo, "keep": lambda target: keep(target, "test")}[sys.argv[1]](target)

sys.exit(tools.run_command(click.Command("x", callback=work), name="x", arguments=[]))
"""


TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
LEASES = """
SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE locktype = 'advisory' AND datname = 'postgres'
"""
ALL = "SELECT datname FROM pg_database WHERE datname LIKE 'stg%' ORDER BY datname"
SIBLINGS = "SELECT datname FROM pg_database WHERE datname LIKE 'stg\\_\\_tg\\_%' ORDER BY datname"


@dataclass(frozen=True)
class Was:
    """The states that STG has had, by their checksums. What it was first is kept, and nobody ever loses either."""

    folder: Path
    first: str
    last: str
    fresh: str  # what a reset makes


class Point(NamedTuple):
    """One moment of a reset, an undo or a snapshot: ``before`` the server hears a message, or ``after``.

    ``at`` is the message's number, or a text in it with how often it has to have been there: ``("RENAME", 2)``.
    """

    verb: str
    at: int | tuple[str, int]
    when: str

    def __str__(self):
        text, number = (str(self.at), "") if isinstance(self.at, int) else self.at
        return f"{self.verb}-{self.when}-{text.replace(' ', '-')}{number}"


@dataclass
class Fuse:
    """Watches what clients say, and lets ``act`` happen at a :class:`Point`; nobody says anything after that."""

    at: int | tuple[str, int]
    act: Callable[[], None]
    blown: bool = False
    count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, data):
        """Count one message; act at the one that was asked for."""
        with self._lock:
            if self.blown:
                raise ConnectionAbortedError
            text, number = ("", self.at) if isinstance(self.at, int) else self.at
            self.count += text.encode() in data
            if self.count == number:
                self.blown = True
                self.act()
                raise ConnectionAbortedError


def start(folder, verb, *more, tier="stg", prelude="", **variables):
    """Start a reset, an undo or a snapshot in the project ``folder``, after the Python code ``prelude``."""
    return subprocess.Popen(
        [sys.executable, "-c", f"{prelude}\n{WORK}", verb, tier, *more],
        cwd=folder,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def start_prep(url):
    """Start the reference application's own command on a STG."""
    urls = {"STG_DATABASE_URL": url, "TEST_DATABASE_URL": "", "DATABASE_URL": "", "SECRET_KEY": "of the tests"}
    return subprocess.Popen(
        [sys.executable, "scripts/prep_db.py", "stg"],
        **place(None, environment(**urls, PYTHONPATH=str(checkout()))),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(child):
    """Wait for a child and return its exit code and what it said."""
    _, said = child.communicate(timeout=patience())
    return child.returncode, said


def do(folder, *words, **options):
    """Do it to its end, undisturbed; return what it said."""
    code, said = finish(start(folder, *words, **options))
    assert code == 0, said
    return said


def blow(cluster, folder, point, victim=None):
    """Do it, and kill its process, or let ``victim()`` happen, at a point; return whether it came to that.

    Args:
        cluster: with a database ``stg`` of the role ``keeper``.
        folder: for the project.
        point: where.
        victim: what is done instead of killing the process.
    """
    children = []
    with Wiretap(cluster.host, cluster.port) as tap:
        fuse = Fuse(point.at, victim or (lambda: children[0].kill()))  # noqa: PLW0108 - there is none yet
        setattr(tap, point.when, fuse.note)
        url = "postgresql://keeper@{}:{}/stg".format(*tap.address)
        clusters.project(folder, stg_url=url)
        children.append(start_prep(url) if point.verb == "prep" else start(folder, point.verb))
        code, said = finish(children[0])
    assert fuse.blown or code == 0, said
    assert not fuse.blown or victim or code == -signal.SIGKILL, said
    clusters.project(folder, stg_url=cluster.url("stg", user="keeper"))
    return fuse.blown


def prepare(server, folder, fresh):
    """Make a project whose STG holds rows, and beside it what it was before."""
    for (name,) in server.admin(SIBLINGS):
        clusters.drop_database(server, name)
    clusters.make_database(server, "stg", owner="keeper", rows=5)
    clusters.stamp(server, "stg", Tier.STG)
    server.admin("ALTER SCHEMA tierguard OWNER TO keeper; ALTER TABLE person OWNER TO keeper", "stg")
    server.admin('CREATE DATABASE "stg__tg_snap_260101000000abcd" TEMPLATE stg OWNER keeper')
    clusters.project(folder, stg_url=server.url("stg", user="keeper"))
    first = checksum(server)
    server.admin("INSERT INTO person VALUES (6)", "stg")
    return Was(folder, first, checksum(server), fresh)


def checksum(server, name="stg"):
    """Return a hash of all rows of all tables."""
    tables = [table for (table,) in server.admin(TABLES, name)]
    rows = " || ".join(f"(SELECT string_agg('{table}' || t, ',' ORDER BY t::text) FROM {table} t)" for table in tables)
    return server.admin(f"SELECT md5({rows})", name)[0][0] if rows else ""


def names(server, kind):
    return [name for (name,) in server.admin(SIBLINGS) if f"__tg_{kind}_" in name]
