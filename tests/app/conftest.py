"""Databases for the application's tests: migrated once, seeded once, and copied for each test that writes."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from support.dropping import drop

import tierguard
from app.db import engine
from app.services import analytics, embedding, seeding
from app.services.seed_files import load
from tierguard.text.conninfo import with_database

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 11)  # a Wednesday, so that this week has days on both sides


@contextmanager
def _temporary(server, kind, template="template1"):
    """Create a database, give its URL, and drop it."""
    name = f"instainstru_test__tg_{kind}_{uuid4().hex[:8]}"
    identifier = sql.Identifier(name)
    with closing(psycopg.connect(server, autocommit=True)) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template)))
        url = with_database(server, name)
        try:
            yield url
        finally:
            engine(url).dispose()
            drop(admin, name)


def migrate(url, revision="head", direction="upgrade"):
    """Run Alembic in this process on one database."""
    config = Config(ROOT / "alembic.ini")
    with engine(url).begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)


def _name(url):
    return psycopg.conninfo.conninfo_to_dict(url)["dbname"]


@pytest.fixture(scope="session")
def server():
    """Give a URL whose role may create databases: one from outside, or INT's own."""
    return os.environ.get("TIERGUARD_TEST_SERVER") or tierguard.resolve().url


@pytest.fixture(scope="session")
def migrated(server):
    """Give the URL of a database at head, to be copied and left alone."""
    with _temporary(server, "tmpl") as url:
        migrate(url)
        engine(url).dispose()
        yield url


@pytest.fixture(scope="session")
def seeds():
    return load(ROOT / "seeds")


@pytest.fixture(scope="session")
def seeded(server, migrated, seeds):
    """Give the URL of a database as `prep_db.py int` leaves it, for tests that only read."""
    with _temporary(server, "tmpl", _name(migrated)) as url:
        with engine(url).begin() as connection:
            seeding.seed(connection, seeds, reference_only=False, today=TODAY)
            embedding.embed_missing(connection)
            analytics.calculate(connection, TODAY)
        engine(url).dispose()
        yield url


@pytest.fixture
def empty(server):
    """Give the URL of a database with nothing in it."""
    with _temporary(server, "new") as url:
        yield url


@pytest.fixture
def database(server, migrated):
    """Give the URL of a fresh database at head."""
    with _temporary(server, "new", _name(migrated)) as url:
        yield url


@pytest.fixture(scope="session")
def shared(server, migrated):
    with _temporary(server, "new", _name(migrated)) as url:
        yield url


@pytest.fixture
def connection(shared):
    """Give a connection to a database at head without rows, in a transaction that is rolled back."""
    with engine(shared).connect() as opened:
        yield opened


@pytest.fixture
def prepared(seeded):
    """Give a connection to the seeded database, in a transaction that is rolled back."""
    with engine(seeded).connect() as opened:
        yield opened
