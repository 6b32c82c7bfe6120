from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import select, text

from app.core.config import settings
from app.db import connect, engine, session
from app.db.engine import NAME
from app.models import Role


def names(url):
    with session(url) as opened:
        return set(opened.scalars(select(Role.name)))


def test_a_session_commits_at_its_end(database):
    with session(database) as opened:
        opened.add(Role(name="guest"))
    assert "guest" in names(database)


def test_a_session_that_raises_leaves_nothing(database):
    def fail():
        with session(database) as opened:
            opened.add(Role(name="guest"))
            opened.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert "guest" not in names(database)


def test_a_connection_that_the_server_closed_is_replaced_without_an_error(database):
    with engine(database).connect() as connection:
        first = connection.scalar(text("SELECT pg_backend_pid()"))
    with closing(connect(database, autocommit=True)) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    with engine(database).connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != first


def test_an_engine_is_made_once_and_never_shows_a_password():
    url = "postgresql://somebody:s3cr3t%25@db.example.com/shop"
    assert engine(url) is engine(url)
    assert engine(url).dialect.driver == "psycopg"
    assert "s3cr3t" not in f"{engine(url)!r} {engine(url).url.render_as_string(hide_password=False)}"


def test_connections_say_whose_they_are(database):
    with closing(connect(database)) as connection:
        assert connection.execute("SHOW application_name").fetchone() == (NAME,)
    with engine(database).connect() as connection:
        assert connection.scalar(text("SHOW application_name")) == NAME


def test_without_a_url_the_selected_tier_is_used():
    assert engine() is engine(settings.database_url)
    with closing(connect()) as connection:
        assert connection.info.dbname in settings.database_url
