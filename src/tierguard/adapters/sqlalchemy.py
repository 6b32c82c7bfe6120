"""SQLAlchemy on psycopg 3. The gate sits in the driver, so an engine needs nothing special to be guarded.

What this adds is an engine for a URL exactly as libpq reads it: SQLAlchemy's own parser knows fewer forms, and an
engine that never holds the password cannot print it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.text import conninfo
from tierguard.text.sealed import Sealed, seal

if TYPE_CHECKING:
    from sqlalchemy import Engine


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
