"""A refused connection, and one that nobody answers: no frame of tierguard's shows the URL that led there."""

import json
import sys
from pathlib import Path

from support import child

TESTS = Path(__file__).resolve().parents[1]
SECRET = "Zq7secret"
WAYS = [
    "psycopg.connect(URL)",
    "asyncio.run(psycopg.AsyncConnection.connect(URL))",
    "psycopg.connect(**PARTS)",
    "psycopg2.connect(URL)",
    "type('Own', (psycopg2.extensions.connection,), {})(DSN)",
    "psycopg2.connect(URL, connection_factory=Own)",
    "asyncio.run(asyncpg.connect(URL))",
    "pg8000.dbapi.connect(USER, **PLACE)",
    "pg8000.native.Connection(USER, **PLACE)",
    "make_engine(URL).connect()",
    "tierguard.authorize('read', target=tierguard.resolve()).__enter__()",
]
SCRIPT = """
import asyncio, json, os, sys, psycopg, psycopg2.extensions, asyncpg, pg8000.dbapi, pg8000.native, tierguard
from psycopg.conninfo import conninfo_to_dict
from support.frames import leaks
from tierguard.adapters.sqlalchemy import make_engine
URL = os.environ["TEST_DATABASE_URL"]
PARTS = conninfo_to_dict(URL)
DSN = " ".join(f"{key}={value}" for key, value in PARTS.items())
USER = PARTS["user"]
PLACE = {key: PARTS[key] for key in ("host", "password")} | {"port": int(PARTS["port"]), "database": PARTS["dbname"]}
class Own(psycopg2.extensions.connection):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
gate = tierguard.install()
for way in json.loads(sys.argv[1]):
    try:
        print(way, "used", eval(way))
    except Exception as error:
        print(way, type(error).__name__, leaks(error, "Zq7secret"), "Zq7secret" in repr(gate))
"""


def attempts(arena, url):
    variables = child.environment(TEST_DATABASE_URL=url, PYTHONPATH=str(TESTS))
    command = [sys.executable, "-W", "error", "-c", SCRIPT, json.dumps(WAYS)]
    done = child.run(command, cwd=arena.folder, env=variables)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stderr
    return done.stdout.splitlines()


def test_a_refused_connection_shows_no_secret(arena):
    url = arena.make(tier="prod", rows=1).replace("@", f":{SECRET}@", 1)
    assert attempts(arena, url) == [f"{way} IdentityMismatch [] False" for way in WAYS]


def test_a_connection_that_nobody_answers_shows_no_secret(arena):
    said = attempts(arena, f"postgresql://shop:{SECRET}@127.0.0.1:1/shop")
    ends = [line.partition("Error [] ")[2] or line.partition("ServerMissing [] ")[2] for line in said]
    assert ends == ["False"] * len(WAYS), said
