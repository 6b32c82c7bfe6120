"""Measure what judging statements costs: the text alone, a round trip of each driver, and the gate around a COMMIT.

Run ``python benchmarks/statements.py [ROUNDS]`` from the repository's root. It starts a server for throwing away. Bare
and guarded take turns, batch by batch, on a connection each over the server's Unix socket. Of a batch counts the lower
quartile, which other load on the machine hardly reaches; the ratio is the median of the pairs' ratios. What such a
ratio is worth on this machine, ``bare beside bare`` says. Exit code 1: a target is missed.
"""

# ruff: noqa: E402 - nothing may gate the drivers when they are imported: they are measured bare first

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
import tracemalloc
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.clusters import Cluster
    from support.trips import Trips

FOLDER = tempfile.TemporaryDirectory()
os.environ["TIERGUARD_CONFIG"] = str(Path(FOLDER.name, "tierguard.toml"))
Path(os.environ["TIERGUARD_CONFIG"]).write_text("""\
project = "app"
gate = "call"
production_mode = "APP_PRODUCTION"
flags = { stg = "USE_STG", prod = "USE_PROD" }
[databases.default]
int.url = "INT_URL"
stg.url = "STG_URL"
prod.url = "PROD_URL"
prod.ask_above = 10000000
""")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import pgparse
import psycopg
from psycopg import pq
from support import trips
from support.clusters import SUPERUSER, make_database, programs_of_18, running, stamp

from tierguard.evidence.config import load
from tierguard.model import Context
from tierguard.process.chosen import Process
from tierguard.process.gate import Gate
from tierguard.process.holding import counting
from tierguard.process.holding.arming import ARM, RELEASE
from tierguard.process.installation import install
from tierguard.statements.classifying import classify
from tierguard.testing import FakePrompter

BATCH = 300  # round trips between two turns
PERSON, SERVER = "a person on PROD", "a server on PROD"
WHO = {
    "INT": ("int", Context(), {}),
    "STG": ("stg", Context(terminal=True), {"USE_STG": "true"}),
    PERSON: ("prod", Context(terminal=True), {"USE_PROD": "true"}),
    SERVER: ("prod", Context(production_mode=True), {"USE_PROD": "true"}),
}
SCHEMA = """
CREATE TABLE people (id int PRIMARY KEY, name text);
INSERT INTO people SELECT n, 'person ' || n FROM generate_series(1, 1000) n;
CREATE TABLE ticks AS SELECT * FROM people; ALTER TABLE ticks ADD PRIMARY KEY (id);
CREATE SEQUENCE runs;
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('runs'); RETURN new; END $$;
CREATE TRIGGER tick AFTER UPDATE ON ticks FOR EACH ROW EXECUTE FUNCTION tick()
"""
CHANGE = "UPDATE ticks SET name = 'changed' WHERE id = 7"
TEXTS = {
    "a short SELECT": f"{trips.READ}%s",
    "a short UPDATE": "UPDATE people SET name = %s, seen = now() WHERE id = %s",
    "an ORM's of 400 characters": (
        "SELECT people.id, people.name, people.email, people.created_at, people.active, addresses.id AS id_1, "
        "addresses.street, addresses.city, addresses.postcode, addresses.country FROM people LEFT OUTER JOIN addresses "
        "ON people.id = addresses.person_id WHERE people.active = %(active_1)s AND people.created_at > %(created_1)s "
        "AND addresses.country IN (%(country_1)s, %(country_2)s) ORDER BY people.name LIMIT %(param_1)s"
    ),
    "an INSERT of 100 rows": ", ".join(["INSERT INTO people (id, name) VALUES (%s, %s)", *["(%s, %s)"] * 99]),
}


class Row(NamedTuple):
    """A line of the table."""

    what: str
    measured: str
    floor: str
    ratio: float | None
    target: str
    met: bool


def compare(bare: Callable[[], float], own: Callable[[], float], rounds: int) -> tuple[float, float, float, float]:
    """Take two measurements in turns. Return their medians, and the medians of the pairs' ratios and differences."""
    bare(), own()  # warm
    pairs = []
    for number in range(rounds):
        if number % 2:
            floor, value = bare(), own()
        else:
            value, floor = own(), bare()
        pairs.append((floor, value))
    floors, values = zip(*pairs, strict=True)
    median = statistics.median
    return median(floors), median(values), median(b / a for a, b in pairs), median(b - a for a, b in pairs)


def us(seconds: float) -> str:
    """Return microseconds as text."""
    return f"{seconds * 1e6:.2f} us"


def measure_judging(rounds: int) -> Iterator[Row]:
    """Judge texts that were seen before, and new ones against the bare parse of the same text."""
    for name, text in TEXTS.items():
        again = min(time_again(text) for _ in range(rounds * 3))
        yield Row(f"judge {name}, again", us(again), "", None, "at most 0.2 us", again <= 0.2e-6)
    for name, text in TEXTS.items():
        plain = re.sub(r"%(?:\(\w+\))?s", "$1", text)  # as a server is sent it
        new = (f"{text} -- {one}" for one in count())
        own = partial(trips.quartile, trips.over(lambda new=new: classify(next(new))), 20)
        bare = partial(trips.quartile, trips.over(partial(pgparse.parse, plain)), 20)
        floor, value, ratio, _ = compare(bare, own, rounds)
        yield Row(f"judge {name}, new", us(value), us(floor), ratio, "at most 3", ratio <= 3)


def time_again(text: str, number: int = 5_000) -> float:
    """Return the seconds that ``classify`` takes for a text that it has seen, with those of the loop around it."""
    start = time.perf_counter()
    for _ in range(number):
        classify(text)
    return (time.perf_counter() - start) / number


def measure_memory() -> Iterator[Row]:
    """Judge 100,000 distinct statements after as many as are remembered."""
    grown = []
    tracemalloc.start()
    for some in (range(2_000), range(2_000, 102_000)):
        for number in some:
            classify(f"{trips.READ}{number}")
        grown.append(tracemalloc.get_traced_memory()[0] / 1e6)
    tracemalloc.stop()
    few, many = grown
    what = "memory of 100,000 new texts, beside 2,000"
    yield Row(what, f"{many:.2f} MB", f"{few:.2f} MB", many / few, "at most 1.2", many / few <= 1.2)


def measure_trips(
    what: str, connect: Callable[[], Trips], functions: trips.Functions, rounds: int, target: float
) -> Row:
    """Compare round trips on a bare connection and on a guarded one."""
    bare, guarded = functions.connect(connect)
    floor, value, ratio, _ = compare(
        partial(functions.time, functions.bare, bare, BATCH),
        partial(functions.time, functions.guarded, guarded, BATCH),
        rounds,
    )
    return Row(what, us(value), us(floor), ratio, f"at most {target}", ratio <= target)


def measure_gate(functions: trips.Functions, cluster: Cluster, url: str, tables: int, rounds: int) -> Iterator[Row]:
    """Compare a change and its COMMIT on a bare connection with those that a person's consent lets through."""
    before, made = count_runs(cluster), 0

    def change(connection: psycopg.Connection) -> None:
        nonlocal made
        connection.execute(CHANGE)
        connection.commit()  # nothing where the statement stands alone
        made += 1

    for kind, autocommit in (("transaction", False), ("statement alone", True)):
        bare, guarded = functions.connect(partial(psycopg.connect, url, autocommit=autocommit))
        floor, value, ratio, more = compare(
            partial(functions.time, functions.bare, trips.over(partial(change, bare)), 20),
            partial(functions.time, functions.guarded, trips.over(partial(change, guarded)), 20),
            rounds,
        )
        what, target = f"a {kind} held, {tables} tables", f"{more * 1000:.2f} <= 5 ms more"
        yield Row(what, us(value), us(floor), ratio, target, more <= 0.005)
    ran = count_runs(cluster) - before
    yield Row("  each of them executed once", str(ran), str(made), ran / made, "1", ran == made)
    for part, seconds in time_parts(url, rounds).items():
        yield Row(f"  of this the server's for {part}", us(seconds), "", None, "", met=True)


def count_runs(cluster: Cluster) -> int:
    """Return how often the change was executed on the server, committed or not."""
    return int(cluster.admin("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM runs", "prod")[0][0])


def time_parts(url: str, rounds: int) -> dict[str, float]:
    """Return the seconds of what the gate sends around a change, each as its own message past any gate."""
    connection = pq.PGconn.connect(url.encode())
    parts = {
        "BEGIN and ARM": f"BEGIN; {ARM}",
        "": CHANGE,
        "COUNT": counting.count([("ticks",)], 2**32),
        "RELEASE": RELEASE,
    }
    times: dict[str, list[float]] = {part: [] for part in parts}
    for _ in range(rounds * 5):
        for part, sql in parts.items():
            start = time.perf_counter()
            result = connection.exec_(sql.encode())
            times[part].append(time.perf_counter() - start)
            assert result.status in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}, result.error_message
        connection.exec_(b"ROLLBACK")
    connection.finish()
    return {part: statistics.median(seconds) for part, seconds in times.items() if part}


def measure_servers(cluster: Cluster, apart: Cluster, runner: asyncio.Runner, rounds: int) -> Iterator[Row]:
    """Compare the drivers' round trips on every tier, with PROD on ``cluster``, and a change through the gate."""
    urls = {}
    for tier, server in (("int", apart), ("stg", apart), ("prod", cluster)):
        make_database(server, tier)
        server.admin(SCHEMA, tier)
        stamp(server, tier, tier)
        urls[f"{tier.upper()}_URL"] = f"postgresql://{SUPERUSER}@/{tier}?host={server.socket}&port={server.port}"
    functions = trips.Functions()
    noise = measure_trips(
        "psycopg, bare beside bare", partial(trips.use_psycopg, urls["INT_URL"]), functions, rounds, 1
    )
    yield noise._replace(target="", met=True)
    gate = install()
    functions.note()
    for who, (tier, context, environ) in WHO.items():
        process = Process(load(Path(FOLDER.name)), urls | environ, context, FakePrompter(["yes"]))
        vars(gate).update(vars(Gate(process)))
        process.choose()
        url, socket = urls[f"{tier.upper()}_URL"], Path(cluster.socket, f".s.PGSQL.{cluster.port}")
        uses: dict[str, Callable[[], Trips]] = {
            "psycopg": partial(trips.use_psycopg, url),
            "psycopg, autocommit": partial(trips.use_psycopg, url, autocommit=True),
            "SQLAlchemy": partial(trips.use_sqlalchemy, url),
        }
        if tier == "prod":
            uses["psycopg2"] = partial(trips.use_psycopg2, url)
            uses["asyncpg"] = partial(trips.use_asyncpg, url, runner)
            uses["pg8000"] = partial(trips.use_pg8000, tier, SUPERUSER, socket)
        if who == SERVER:
            uses["SQLAlchemy, a session each"] = partial(trips.use_sessions, url)
        for name, use in uses.items():
            yield measure_trips(f"{who}: {name}", use, functions, rounds, 1.02 if tier == "prod" else 1.01)
        if who == PERSON:
            yield from measure_gate(functions, cluster, url, 10, rounds)
            for hundred in range(50):
                cluster.admin(
                    f"DO $$ BEGIN FOR n IN {hundred * 100}..{hundred * 100 + 99} LOOP "
                    "EXECUTE format('CREATE TABLE more_%s (id int)', n); END LOOP; END $$",
                    "prod",
                )
            yield from measure_gate(functions, cluster, url, 5_000, rounds)


def main(rounds: int) -> int:
    """Measure, print the table as it grows, return the exit code."""
    met = True
    print(f"{'what':45} {'measured':>12} {'floor':>12} {'ratio':>7}  {'target':20}")
    start = partial(running, programs_of_18(), 18, log_statement="none")
    with asyncio.Runner() as runner, FOLDER, start() as cluster, start() as apart:
        for rows in (measure_judging(rounds), measure_memory(), measure_servers(cluster, apart, runner, rounds)):
            for what, measured, floor, ratio, target, reached in rows:
                told = "" if ratio is None else f"{ratio:.3f}"
                print(f"{what:45} {measured:>12} {floor:>12} {told:>7}  {target:20} {'' if reached else 'MISSED'}")
                sys.stdout.flush()
                met = met and reached
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 101))
