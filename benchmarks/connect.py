"""Measure what the gate costs each driver: connect, ``SELECT 1`` and close, guarded against bare, in one run.

Run ``python benchmarks/connect.py [ROUNDS]`` from the repository's root. It starts a server for throwing away. Bare and
guarded connections alternate, so that other load on the machine falls on both; the table shows medians and their ratio,
and how many round trips a proxy counted after the login. Nothing is written to disk.

Two tables: a login by password, as every server asks for that is reached over a network, and one without, where nothing
but the question is left to measure. The floor is a server process that has just started: it answers ``SELECT 1`` from
memory, and plans its first query over a catalogue, which the question needs, in about 0.7 ms.
"""

# ruff: noqa: E402 - nothing may gate the drivers when they are imported: they are measured bare first

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.clusters import Cluster

FOLDER = tempfile.TemporaryDirectory()
BY_CALL = 'gate = "call"'
os.environ["TIERGUARD_CONFIG"] = str(Path(FOLDER.name, "tierguard.toml"))
Path(os.environ["TIERGUARD_CONFIG"]).write_text(BY_CALL)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.clusters import make_database, programs_of_18, project, running, stamp

from tierguard.process.installation import install
from tierguard.testing.wiretap import Wiretap

# What the adapters change: modules and classes of each driver.
PLACES = {
    "psycopg": ("psycopg._connection_base:BaseConnection", "psycopg._cursor_base:BaseCursor"),
    "psycopg2": ("psycopg2",),
    "asyncpg": ("asyncpg.connect_utils",),
    "pg8000": ("pg8000.core:CoreConnection",),
}


def use_psycopg(url: str) -> None:
    """Connect with psycopg 3."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT 1").fetchone()


def use_psycopg2(url: str) -> None:
    """Connect with psycopg2."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute("SELECT 1")
    connection.close()


def use_asyncpg(url: str) -> None:
    """Connect with asyncpg, whose ``execute`` is one round trip like the others'."""
    import asyncpg

    async def use() -> None:
        connection = await asyncpg.connect(url, ssl=False)
        await connection.execute("SELECT 1")
        await connection.close()

    LOOP.run(use())


def use_pg8000(url: str) -> None:
    """Connect with pg8000."""
    import pg8000.native

    parts = urlsplit(url)
    connection = pg8000.native.Connection(
        parts.username,
        password=parts.password,
        host=parts.hostname,
        port=parts.port,
        database=parts.path.strip("/"),
    )
    connection.run("SELECT 1")
    connection.close()


USES: dict[str, Callable[[str], None]] = {
    "psycopg": use_psycopg,
    "psycopg2": use_psycopg2,
    "asyncpg": use_asyncpg,
    "pg8000": use_pg8000,
}


def read_functions(driver: str) -> dict[tuple[str, str], Any]:
    """Return what the driver works with, as it is now."""
    return {(place, name): value for place in PLACES[driver] for name, value in vars(resolve_name(place)).items()}


def put(functions: dict[tuple[str, str], Any]) -> None:
    """Let a driver work with these functions."""
    for (place, name), function in functions.items():
        setattr(resolve_name(place), name, function)


def measure(before: dict[str, dict[tuple[str, str], Any]], title: str, url: str, rounds: int) -> None:
    """Print one line a driver."""
    after_all = {driver: read_functions(driver) for driver in USES}
    print(f"{title}, at most 1.4 for the first three")
    print(f"{'driver':10} {'bare ms':>8} {'guarded ms':>11} {'ratio':>6} {'more ms':>8} {'more round trips':>17}")
    for driver, use in USES.items():
        after = after_all[driver]
        changed = {key for key, function in before[driver].items() if after[key] is not function}
        kinds = {
            kind: {key: all_[key] for key in changed} for kind, all_ in (("bare", before[driver]), ("guarded", after))
        }
        times: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(rounds):
            for kind, functions in kinds.items():
                put(functions)
                times[kind].append(time_one(use, url))
        trips = {}
        for kind, functions in kinds.items():
            put(functions)
            trips[kind] = count_round_trips(use, url)
        own, judged = (statistics.median(times[kind]) * 1000 for kind in kinds)
        put(kinds["guarded"])
        more = trips["guarded"] - trips["bare"]
        print(f"{driver:10} {own:8.2f} {judged:11.2f} {judged / own:6.2f} {judged - own:8.2f} {more:17}")


def ask_for_password(cluster: Cluster, dbname: str) -> str:
    """Let the server ask one role for its password, by SCRAM as it does by default; return that role's URL."""
    cluster.admin("CREATE ROLE asked LOGIN SUPERUSER PASSWORD 'asked'")
    ((path,),) = cluster.admin("SHOW hba_file")
    rules = Path(path)
    rules.write_text(f"host all asked 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
    cluster.admin("SELECT pg_reload_conf()")
    return cluster.url(dbname, user="asked:asked")


def time_one(use: Callable[[str], None], url: str) -> float:
    """Return the seconds that one connection takes from its making to its end."""
    start = time.perf_counter()
    use(url)
    return time.perf_counter() - start


def count_round_trips(use: Callable[[str], None], url: str) -> int:
    """Return how often a connection waits for the server after its login."""
    parts = urlsplit(url)
    with Wiretap(str(parts.hostname), int(parts.port or 0)) as tap:
        login = parts.netloc.rpartition("@")[0]
        use(parts._replace(netloc=f"{login}@127.0.0.1:{tap.address[1]}").geturl())
        return tap.round_trips


if __name__ == "__main__":
    with asyncio.Runner() as LOOP, running(programs_of_18(), 18) as cluster, FOLDER as folder:
        url_of_int = make_database(cluster, "app_test", rows=100)
        stamp(cluster, "app_test", "int")
        project(Path(folder), url_of_int, extra=BY_CALL)
        bare = {driver: read_functions(driver) for driver in USES}
        install()
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
        measure(bare, "by password", ask_for_password(cluster, "app_test"), count)
        measure(bare, "without password", url_of_int, count)
