"""SQLAlchemy on psycopg 3. The gate sits in the driver, so an engine needs nothing special to be guarded.

What this adds is an engine for a URL exactly as libpq reads it: SQLAlchemy's own parser knows fewer forms, and an
engine that never holds the password cannot print it. And the question which tier a connected database claims to be.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

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
