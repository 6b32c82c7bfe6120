"""Every kind of descendant of one consent to read, one after the other; what each got is written to family.json."""

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pg8000.dbapi as pg8000
import psycopg2
from read import read

import tierguard

WRITE = "INSERT INTO person VALUES (99) RETURNING id"


def call(*words, **env):
    """Return what a command says."""
    done = subprocess.run(
        words, env=os.environ | env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    return done.stdout.strip() or done.stderr.strip()


def daemonise(*words):
    """Start a reader whose parents have all ended, in a session of its own; what it says is read to its end."""
    code = "import os, sys\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n"
    code += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    return call(sys.executable, "-c", code, "read.py", *words)


def as_nobody():
    """Return what another user gets: everything is imported before, which they may not read."""
    code = "import os, pathlib\nfrom tierguard.process.lending.borrower import Line, borrow\nos.setuid(65534)\n"
    code += "print(borrow(Line(pathlib.Path(os.environ['TIERGUARD_CONSENT'])))[1])"
    return call(sys.executable, "-c", code) if os.getuid() == 0 else "its folder is not this user's alone: not root"


def authorizes():
    """Return what comes of asking for more than reading."""
    code = "import tierguard\ntry:\n  with tierguard.authorize(tierguard.Operation.WRITE): print('got')\n"
    code += "except tierguard.TierguardError as error: print('refused', error.rule)"
    return call(sys.executable, "-c", code)


def by_asyncpg(url):
    """Return how long a statement may run, and what a write comes to."""

    async def use():
        connection = await asyncpg.connect(url)
        try:
            limit = await connection.fetchval("SHOW statement_timeout")
            return f"{limit} {await connection.fetchval(WRITE)}"
        finally:
            await connection.close()

    return asyncio.run(use())


def by_dbapi(connect):
    """Return the same by a driver with the interface of PEP 249."""
    connection = connect()
    try:
        cursor = connection.cursor()
        cursor.execute("SHOW statement_timeout")
        limit = cursor.fetchone()[0]
        cursor.execute(WRITE)
        return f"{limit} {cursor.fetchone()[0]}"
    finally:
        connection.close()


def write_by_drivers():
    """Return what each driver that reads no PGOPTIONS, or does, answers to a write."""
    target = tierguard.resolve()
    parts = {"user": os.environ["PGUSER"], "host": os.environ["PGHOST"], "port": int(os.environ["PGPORT"])}
    ways = {
        "asyncpg": lambda: by_asyncpg(target.url),
        "psycopg2": lambda: by_dbapi(lambda: psycopg2.connect(target.url)),
        "pg8000": lambda: by_dbapi(lambda: pg8000.connect(**parts, database=os.environ["PGDATABASE"])),
    }
    said = {}
    for name, way in ways.items():
        try:
            said[f"{name} writes"] = way()
        except Exception as error:  # noqa: BLE001 - each driver has errors of its own
            said[f"{name} writes"] = str(error)
    return said


def main():
    """Try everybody."""
    shell = "python -c \"import subprocess; subprocess.run(['sh', '-c', 'python read.py'])\""
    found = {
        "path": os.environ["TIERGUARD_CONSENT"],
        "child": read(),
        "child writes": read(WRITE),
        "other database": read(url=os.environ["OTHER_URL"]),
        "grandchild": call("sh", "-c", shell),
        "pipeline": call("sh", "-c", "cat /dev/null | python read.py | cat"),
        "isolated": call("env", "-u", "PYTHONPATH", "python", "read.py"),
        "daemon": daemonise(),
        "daemon writes": daemonise(WRITE),
        "psql writes": call("psql", "-Xc", WRITE),
        "nested run": call("tierguard", "run", "--tier", "prod", "--", "python", "read.py"),
        "nested psql writes": call("tierguard", "run", "--tier", "prod", "--", "sh", "-c", f"psql -Xc '{WRITE}' 2>&1"),
        "nested run that writes": str(
            subprocess.run(
                ["tierguard", "run", "--tier", "prod", "--operation", "write", "--", "touch", "ran"],
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
        ),
        "authorizes": authorizes(),
        "agent": call("python", "read.py", CLAUDECODE="1"),
        "test run": call("python", "read.py", PYTEST_VERSION="1"),
        "ci": call("python", "read.py", CI="true"),
        "service": call(
            "python", "-c", "import tierguard.process.chosen as c; print(c.current_process().choose(service=True).tier)"
        ),
        "other user": as_nobody(),
    }
    found |= write_by_drivers()
    explained = json.loads(call("tierguard", "explain", "--json"))
    found["explain"] = [explained["outcome"], explained["tier"], explained["rule"]]
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            found[f"{method}ed"] = pool.apply(read)
    Path("family.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
