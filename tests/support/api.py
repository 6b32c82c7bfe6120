"""The application over a seeded database of its own, at the day of the seeds."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
from fastapi.testclient import TestClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from support.dropping import drop
from support.patience import patience

from app.db import engine
from app.main import create_app
from app.services.bookings import ZONE
from tierguard.adapters.fastapi import TierMiddleware
from tierguard.text.conninfo import with_database

NOON = datetime(2026, 3, 11, 12, tzinfo=ZONE)


class Clock:
    """Tells the time that a test sets."""

    def __init__(self):
        self.moment = NOON

    def __call__(self):
        return self.moment

    def advance(self, **span):
        self.moment += timedelta(**span)


@contextmanager
def copy_of(server, url):
    """Copy the database of a URL, give the copy's URL, and drop it."""
    engine(url).dispose()  # a template must have no connections
    name = f"instainstru_test__tg_api_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as admin:
        template = sql.Identifier(conninfo_to_dict(url)["dbname"])
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
        copied = with_database(server, name)
        try:
            yield copied
        finally:
            engine(copied).dispose()
            drop(admin, name)


def client_of(url, clock=None, *, patient=True):
    """Return a client of the application, which waits for its database as long as a test does, if ``patient``."""
    app = create_app(url, clock=clock or Clock())
    if patient:
        app.state.health._patience = patience()
        (shows_tier,) = (one for one in app.user_middleware if one.cls is TierMiddleware)
        shows_tier.kwargs["patience"] = patience()
    return TestClient(app, raise_server_exceptions=False)
