"""What tests may ask for. Nothing here does anything for a test that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tierguard.adapters.pytest import _databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from tierguard.adapters.pytest._connection import UndoneConnection
    from tierguard.model import Target


@pytest.fixture(scope="session")
def tierguard_database() -> Target:
    """Give the database that these tests use: this process's copy of INT, or INT; ``.url`` is its URL."""
    from tierguard.process.chosen import resolve

    return resolve()


@pytest.fixture
def tierguard_connection(tierguard_database: Target) -> Iterator[UndoneConnection]:
    """Give a psycopg connection to it whose commits are undone after the test."""
    from tierguard.adapters.pytest._connection import open_undone

    with open_undone(tierguard_database) as connection:
        yield connection


@pytest.fixture
def tierguard_engine(tierguard_connection: UndoneConnection) -> Engine:
    """Give an SQLAlchemy engine whose every connection is ``tierguard_connection``: sessions may commit."""
    from tierguard.adapters.pytest._connection import make_engine

    return make_engine(tierguard_connection)


@pytest.fixture
def tierguard_fresh_database() -> Iterator[Target]:
    """Give a copy of INT for this test alone, dropped after it: for what commits over connections of its own."""
    copies = _databases.place().copies
    copy = copies.make(_databases.number())
    yield copy
    copies.drop(copy)
