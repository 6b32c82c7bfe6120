"""The only door to a connection. Nothing is read or opened until one is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.orm import Session

DEFAULTS = {"application_name": "instainstru", "connect_timeout": "10"}
"""What a connection says and does (seconds) where its URL does not say otherwise."""


def engine(url: str | None = None) -> Engine:
    """Return this process's engine for a URL, or for the selected tier when none is given.

    A connection is tried before it is handed out, so a database that was stopped and started again needs no restart
    of the process.
    """
    return _engine(url or _selected())


@contextmanager
def session(url: str | None = None) -> Iterator[Session]:
    """Open a session in one transaction: committed at the end of the block, rolled back when it raises."""
    with Session(engine(url)) as opened, opened.begin():
        yield opened


def connect(url: str | None = None, **options: Any) -> psycopg.Connection[Any]:
    """Open a plain psycopg connection, outside the pool. ``options`` go to :func:`psycopg.connect`."""
    whole = url or _selected()
    return psycopg.connect(whole, **(_defaults(whole) | options))


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    """Build an engine whose driver reads the URL itself.

    libpq knows forms that SQLAlchemy's parser does not (an encoded socket folder as host, a password with ``%``), and
    an engine that never holds the password cannot print it.
    """
    parts = conninfo_to_dict(url)
    shown = URL.create("postgresql+psycopg", database=str(parts.get("dbname") or parts.get("user") or "postgres"))
    return create_engine(shown, pool_pre_ping=True, connect_args={"conninfo": url, **_defaults(url)})


def _defaults(url: str) -> dict[str, Any]:
    parts = conninfo_to_dict(url)
    return {name: value for name, value in DEFAULTS.items() if name not in parts}


def _selected() -> str:
    # Here, not above: reading settings resolves the tier, and importing this module must not.
    from app.core.config import settings

    return str(settings.database_url)
