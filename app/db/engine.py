"""The only door to a connection. Nothing is read or opened until one is asked for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import PurePath
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tierguard.adapters.sqlalchemy import make_engine

NAME = f"instainstru {PurePath(sys.argv[0]).name}".strip()
"""What the server's activity view shows: who resets a database is told which program they disconnect."""


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
    return psycopg.connect(url or _selected(), **({"application_name": NAME} | options))


@cache
def _engine(url: str) -> Engine:
    return make_engine(url, application_name=NAME, pool_pre_ping=True)


def _selected() -> str:
    # Here, not above: reading settings resolves the tier, and importing this module must not.
    from app.core.config import settings

    return settings.database_url
