"""The application's own requests, once more: on a PROD, by a server in production mode, whose statements are judged."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from psycopg import pq
from support.api import copy_of

from tierguard.deciding.identity import QUERY, parse_reading
from tierguard.deciding.marker import make_marker, stamp_statements
from tierguard.evidence.project import load_project
from tierguard.model import Authority, Context, Tier
from tierguard.process.chosen import Process
from tierguard.process.gate import Gate
from tierguard.process.installation import install

SUITE = ("test_api_bookings", "test_api_catalogue", "test_api_search")


def borrow(name):
    """Return the tests of another module, and its fixtures."""
    spec = importlib.util.spec_from_file_location(f"{name}_in_production", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {key: value for key, value in vars(module).items() if not key.startswith("__") and key not in globals()}


for suite in SUITE:
    globals().update(borrow(suite))


def ask(url, sql):
    """Run SQL through libpq itself, which no gate stands in front of."""
    connection = pq.PGconn.connect(url.encode())
    try:
        result = connection.exec_(sql.encode())
        assert not result.error_message, result.error_message
        return result.get_value(0, 0) if result.ntuples else None
    finally:
        connection.finish()


def stamp(url, tier):
    reading = parse_reading(ask(url, QUERY).decode())
    marker = make_marker(reading, tier, "instainstru", stamped_at="2026-01-01", stamped_by="a person")
    ask(url, stamp_statements(marker))


@pytest.fixture(scope="module")
def url(server, seeded):
    """Make a PROD of the seeded database, and this process a server that serves it."""
    with copy_of(server, seeded) as copied:
        stamp(copied, Tier.PROD)
        gate = install()
        own = dict(vars(gate))
        environ = {
            "INSTAINSTRU_PRODUCTION_MODE": "true",
            "USE_PROD_DATABASE": "true",
            "DATABASE_URL": copied,
            "TEST_DATABASE_URL": server,
        }
        vars(gate).update(vars(Gate(Process(load_project(), environ, Context(production_mode=True)))))
        yield copied
        vars(gate).update(own)
        stamp(copied, Tier.INT)  # so that it may be dropped


def test_it_is_a_server_on_prod(api):
    ceiling = install().process.ceiling()
    assert (ceiling.tier, ceiling.authority) == (Tier.PROD, Authority.SERVER)
    assert api.get("/").headers["x-database-tier"] == "prod"
