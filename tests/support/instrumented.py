"""Use INT, and be refused PROD, by every driver under a library that instruments it.

Arguments: the library, and ``gate-first`` or ``gate-last``.
"""

import asyncio
import os
import sys
from urllib.parse import urlsplit

import tierguard


def instrument(library):
    """Do what a program does that wants its drivers traced, or their types checked."""
    if library == "opentelemetry":
        from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
        from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
        from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor

        for kind in (AsyncPGInstrumentor, PsycopgInstrumentor, Psycopg2Instrumentor):
            kind().instrument(skip_dep_check=True)
    elif library == "ddtrace":
        os.environ["DD_TRACE_ENABLED"] = "false"  # there is nobody to send traces to
        import ddtrace

        ddtrace.patch(psycopg=True, asyncpg=True)
    else:
        import typeguard

        typeguard.install_import_hook(["pg8000"])  # psycopg breaks its own annotations


def main(library, order):
    """Print a line for each driver: what INT answered, and what came of PROD."""
    steps = [tierguard.install, lambda: instrument(library)]
    for step in steps if order == "gate-first" else reversed(steps):
        step()
    import pg8000.dbapi
    import psycopg
    import psycopg2

    uses = {
        "psycopg": lambda url: use(psycopg.connect(url)),
        "Connection": lambda url: use(psycopg.Connection.connect(url)),
        "AsyncConnection": lambda url: asyncio.run(use_psycopg(url)),
        "psycopg2": lambda url: use(psycopg2.connect(url)),
        "asyncpg": lambda url: asyncio.run(use_asyncpg(url)),
        "pg8000": lambda url: use(pg8000.dbapi.connect(**keywords(url))),
    }
    for name, each in uses.items():
        print(f"{name}:", attempt(each, os.environ["TEST_DATABASE_URL"]), attempt(each, os.environ["DATABASE_URL"]))  # noqa: T201


def attempt(each, url):
    """Return the answer, or that there was none to be had."""
    try:
        return each(url)
    except tierguard.IdentityMismatch:
        return "refused"


def use(connection):
    """Ask one question by a DB-API cursor."""
    cursor = connection.cursor()
    cursor.execute("SELECT 42")
    (answer,) = cursor.fetchone()
    connection.close()
    return answer


async def use_psycopg(url):
    """Ask it asynchronously."""
    import psycopg

    async with await psycopg.AsyncConnection.connect(url) as connection:
        return (await (await connection.execute("SELECT 42")).fetchone())[0]


async def use_asyncpg(url):
    """Ask it by asyncpg."""
    import asyncpg

    connection = await asyncpg.connect(url, ssl=False)
    try:
        return await connection.fetchval("SELECT 42")
    finally:
        await connection.close()


def keywords(url):
    """Return what pg8000 wants instead of a URL."""
    parts = urlsplit(url)
    return {"user": parts.username, "host": parts.hostname, "port": parts.port, "database": parts.path[1:]}


if __name__ == "__main__":
    main(*sys.argv[1:])
