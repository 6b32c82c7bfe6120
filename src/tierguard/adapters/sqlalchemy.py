"""SQLAlchemy on psycopg 3. The gate sits in the driver, so an engine needs nothing special to be guarded.

What this adds is an engine for a URL exactly as libpq reads it: SQLAlchemy's own parser knows fewer forms, and an
engine that never holds the password cannot print it. And the question which tier a connected database claims to be.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tierguard.errors import AccessRefused
from tierguard.process.rejudging import judge_again
from tierguard.text import conninfo
from tierguard.text.sealed import Sealed, seal
from tierguard.web.claim import read_claim

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

    from tierguard.web.claim import Claim

    AnyEngine = Engine | AsyncEngine


def make_engine(url: str | Sealed, *, application_name: str = "", connect_timeout: int = 10, **options: Any) -> Engine:
    """Return an engine that connects to ``url`` through libpq.

    Args:
        url: a PostgreSQL URL; a SQLAlchemy driver name in it is dropped, the engine uses psycopg 3.
        application_name: what the server's activity view shows.
        connect_timeout: seconds.
        options: passed on to ``sqlalchemy.create_engine``.
    """
    import psycopg
    from sqlalchemy import URL, create_engine

    target = seal(url)
    del url
    parts = conninfo.parse(target).effective()
    defaults = {"application_name": application_name, "connect_timeout": str(connect_timeout)}
    extra = {key: value for key, value in defaults.items() if value and key not in parts}
    shown = URL.create("postgresql+psycopg", host=parts.get("host"), database=parts.get("dbname"))

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(conninfo.libpq_url(target.open()), **extra)  # type: ignore[arg-type]

    return create_engine(shown, creator=connect, **options)


def ask_connection(connection: Connection) -> Claim:
    """Return what the database of a connection claims to be."""
    plain = connection.execution_options(no_parameters=True)  # a % of the question is a %
    return read_claim(lambda sql: plain.exec_driver_sql(sql).scalar())


def probe_engine(engine: AnyEngine | Callable[[], AnyEngine]) -> Callable[[], Claim]:
    """Return a probe for ``TierMiddleware`` that asks over ``engine``.

    Args:
        engine: an SQLAlchemy engine, or what returns one: that is called when the first request comes, so an
            application that chooses its database late may be made without one. An ``AsyncEngine`` is asked over a
            connection of its own, made as its pool makes them, because a pool belongs to its event loop.
    """

    def ask() -> Claim:
        found: Any = engine if hasattr(engine, "connect") else engine()
        if hasattr(found, "sync_engine"):
            return asyncio.run(_ask_beside_the_pool(found))
        with found.connect() as connection:
            return ask_connection(connection)

    return ask


async def _ask_beside_the_pool(engine: AsyncEngine) -> Claim:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    pool = engine.sync_engine.pool
    alone = create_async_engine(engine.url, pool=NullPool(pool._creator, dialect=pool._dialect))  # noqa: SLF001 - there is no public way to its connections
    async with alone.connect() as connection:
        return await connection.run_sync(ask_connection)


def judge_transactions(engine: AnyEngine) -> None:
    """Have the database of every transaction of ``engine`` asked which it is, as its first statement.

    For an engine behind a pooler in transaction mode: what was judged when the connection was made says nothing about
    the server that a later transaction gets. It is one more round trip for each transaction on INT and STG, and none
    for whoever may use PROD. A transaction that leads elsewhere raises what a connection would.

    Args:
        engine: of any driver; an asynchronous one too.
    """
    from sqlalchemy import event

    found: Any = engine
    synchronous = getattr(found, "sync_engine", found)
    url = synchronous.url
    place = {"host": url.host or "", "port": str(url.port or ""), "dbname": url.database or ""}

    def ask(connection: Connection) -> None:
        driver = connection.connection.dbapi_connection
        try:
            judge_again(driver, None if hasattr(driver, "info") else place)
        except AccessRefused:
            connection.invalidate()  # it goes back into no pool
            raise

    event.listen(synchronous, "begin", ask)
