"""Resets, undos and copies for tests, each against what PostgreSQL itself takes in the same run.

In a copy of the checkout with an embedded server of its own: nobody's INT is touched. Where Django or pytest-postgresql
can be imported, their ways to a test worker's database are measured on the same tables; neither is a dependency.

Run ``python benchmarks/reset.py [MEGABYTES...]`` from the repository's root; the sizes, 10, 100 and 1000, are those of
the databases that are undone.
"""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import timing
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from support.checkout import checkout, move_in
from support.child import environment

from tierguard.databases.replacing.copies import Copies
from tierguard.databases.replacing.undoing import undo
from tierguard.databases.siblings.keeping import keep
from tierguard.process.chosen import resolve
from tierguard.text.conninfo import with_database

NUMBERS = count(1)
ENVIRONMENT = environment(PYTHONPATH=f"{checkout()}/src:{checkout()}")
# The interpreter, all that prep_db.py imports, and the one statement that nobody can do without.
FLOOR = """
import sys
from psycopg import pq
from app.ops import prepare, recipe, screen
from tierguard.databases.replacing import rebuilding
connection = pq.PGconn.connect(sys.argv[1].encode())
done = connection.exec_(f'CREATE DATABASE "{sys.argv[3]}" TEMPLATE "{sys.argv[2]}"'.encode())
assert done.status == pq.ExecStatus.COMMAND_OK, done.error_message
"""
CLIENT = """
import sys, time, psycopg
while True:
    try:
        with psycopg.connect(sys.argv[1], autocommit=True, application_name="a client") as connection:
            while True:
                connection.execute("SELECT 1")
                time.sleep(0.001)
    except psycopg.Error:
        pass
"""
CONNECTED = "SELECT pid FROM pg_stat_activity WHERE application_name = 'a client'"


def ask(url: str, statement: str) -> list[str]:
    """Run a statement past every gate; return the first column."""
    connection = pq.PGconn.connect(url.encode())
    try:
        result = connection.exec_(statement.encode())
        if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
            raise RuntimeError(result.error_message.decode() or connection.error_message.decode())
        return [(result.get_value(row, 0) or b"").decode() for row in range(result.ntuples)]
    finally:
        connection.finish()


def measure_preparing() -> None:
    """Time `prep_db.py int` where a template is ready."""
    command = [sys.executable, str(checkout() / "scripts" / "prep_db.py"), "int"]

    def prepare() -> float:
        return timing.time_process(command, ENVIRONMENT, cwd=checkout())

    print(f"{'prep_db.py int, from nothing':<44} {prepare():9.2f} s   at most 10 s")
    server, template = find_template()

    def bare() -> float:
        name = f"instainstru_test__tg_bare_{next(NUMBERS)}"
        seconds = timing.time_process(
            [sys.executable, "-c", FLOOR, server, template, name], ENVIRONMENT, cwd=checkout()
        )
        ask(server, f'DROP DATABASE "{name}"')
        return seconds

    timing.report("prep_db.py int, prepared earlier", timing.compare(prepare, bare, runs=7), "at most 2", unit="s")


def find_template() -> tuple[str, str]:
    """Return the URL of the server's maintenance database, and the name of the prepared template."""
    server = with_database(resolve().url, "postgres")
    (template,) = ask(server, "SELECT datname FROM pg_database WHERE datname LIKE '%\\_\\_tg\\_tmpl\\_%'")
    return server, template


def measure_copies() -> None:
    """Time a test worker's database until its first statement, tierguard's and others', against the bare statements."""
    server, template = find_template()
    copies = Copies(resolve())

    def bare() -> float:
        name = f"instainstru_test__tg_bare_{next(NUMBERS)}"
        started = time.perf_counter()
        ask(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        ask(with_database(server, name), "SELECT 1")
        seconds = time.perf_counter() - started
        ask(server, f'DROP DATABASE "{name}"')
        return seconds

    def own() -> float:
        started = time.perf_counter()
        copy = copies.make()
        ask(copy.url, "SELECT 1")
        seconds = time.perf_counter() - started
        copies.drop(copy)
        return seconds

    timing.report("a test worker's database", timing.compare(own, bare), "at most 1.3")
    if find_spec("pytest_postgresql"):
        timing.report("the same by pytest-postgresql", timing.compare(lambda: by_janitor(server, template), bare), "")
    if find_spec("django"):
        timing.report("the same by Django", timing.compare(lambda: by_django(server, template), bare), "")


def by_janitor(server: str, template: str) -> float:
    """Time pytest-postgresql's way: a template, and a database copied from it."""
    from pytest_postgresql.janitor import DatabaseJanitor

    known = conninfo_to_dict(server)
    janitor = DatabaseJanitor(
        user=known["user"],
        host=known["host"],
        port=known["port"],
        password=known["password"],
        dbname=f"instainstru_test__tg_bare_{next(NUMBERS)}",
        template_dbname=template,
        version=18,
    )
    started = time.perf_counter()
    janitor.init()
    ask(with_database(server, janitor.dbname), "SELECT 1")
    seconds = time.perf_counter() - started
    ask(server, f'DROP DATABASE "{janitor.dbname}"')
    return seconds


def by_django(server: str, template: str) -> float:
    """Time what Django's `test --parallel` does for each of its workers once its test database is there."""
    from django.conf import settings
    from django.db import connection

    known = conninfo_to_dict(server)
    if not settings.configured:
        own = {"ENGINE": "django.db.backends.postgresql", "NAME": template, "USER": known["user"]}
        where = {"HOST": known["host"], "PORT": known["port"], "PASSWORD": known["password"]}
        settings.configure(DATABASES={"default": {**own, **where}})
    suffix = str(next(NUMBERS))
    started = time.perf_counter()
    connection.creation.clone_test_db(suffix, verbosity=0, autoclobber=True)
    name = connection.creation.get_test_db_clone_settings(suffix)["NAME"]
    ask(with_database(server, name), "SELECT 1")
    seconds = time.perf_counter() - started
    ask(server, f'DROP DATABASE "{name}"')
    return seconds


def measure_undo(megabytes: int) -> None:
    """Time an undo of a database of that size: while nobody is connected, and among eight who reconnect."""
    target = resolve()
    have = int(ask(target.url, "SELECT pg_database_size(current_database())")[0]) // 1024**2
    ask(target.url, "CREATE TABLE IF NOT EXISTS filling (text text)")
    rows = max(megabytes - have, 0) * 150
    ask(target.url, "ALTER TABLE filling ALTER text SET STORAGE EXTERNAL")
    ask(target.url, f"INSERT INTO filling SELECT repeat(md5(n::text), 200) FROM generate_series(1, {rows}) n")  # noqa: S608 - a number
    keep(target, "the benchmark")
    size = f"{megabytes} MB"
    print(f"{f'undo, {size}, nobody connected':<44} {time_undo() * 1e3:9.2f} ms  at most 100 ms")
    clients = [subprocess.Popen([sys.executable, "-c", CLIENT, target.url], cwd="/") for _ in range(8)]
    try:
        while len(ask(target.url, CONNECTED)) < len(clients):
            time.sleep(0.1)
        print(f"{f'undo, {size}, among 8 who reconnect':<44} {time_undo() * 1e3:9.2f} ms  at most 300 ms")
    finally:
        for client in clients:
            client.kill()
            client.wait()


def time_undo() -> float:
    """Return the median of five undos; each is undone by the next."""
    times = []
    for _ in range(6):
        started = time.perf_counter()
        undo(resolve())
        times.append(time.perf_counter() - started)
        time.sleep(0.3)
    return sorted(times[1:])[2]


if __name__ == "__main__":
    move_in()
    measure_preparing()
    measure_copies()
    for number in sys.argv[1:] or ("10", "100", "1000"):
        measure_undo(int(number))
