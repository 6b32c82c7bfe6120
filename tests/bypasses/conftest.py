"""The field: a project that is on INT, a production server beside it, and what PROD's data turns into."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import clusters

from tierguard.model import Tier

if TYPE_CHECKING:
    from support.clusters import Cluster

ROWS = 10
USER = "app"


MADE_BY_ALLOWED = {"scratch", "made_here"}  # by an allowed route, on PROD's server, for as long as it runs


@dataclass(frozen=True)
class Field:
    """Two servers, and the URLs that a route is given in its environment."""

    staging: Cluster
    production: Cluster
    variables: dict[str, str]
    databases: list[str]  # of PROD's server, before any route was followed

    def count(self, mark):
        """Return how many statements with this mark either server has logged."""
        return sum(cluster.log_text().count(mark) for cluster in (self.staging, self.production))

    def is_intact(self):
        """Return whether PROD has its rows still, and the databases beside it are those that were there."""
        if set(self.databases) ^ set(list_databases(self.production)) - MADE_BY_ALLOWED:
            return False
        return self.production.admin("SELECT count(*) FROM person", "prod") == [(str(ROWS),)]


@pytest.fixture(scope="session")
def field(int_cluster, prod_cluster):
    """Make every database that a route leads to."""
    staging, production = int_cluster, prod_cluster
    _make_int_and_stg(staging)
    _make_unproven(staging)
    _make_prods(production)
    _copy_prod(production, staging, "prod_copy")
    for cluster in (staging, production):
        for role in (USER, "prod"):  # the worst case: whoever gets through may do anything
            cluster.admin(f"CREATE ROLE {role} SUPERUSER LOGIN")
    return Field(staging, production, _variables(staging, production), list_databases(production))


def list_databases(cluster):
    """Return the names of a server's databases."""
    return [name for (name,) in cluster.admin("SELECT datname FROM pg_database ORDER BY 1")]


def _make_int_and_stg(staging):
    for dbname, tier in (("app_int", Tier.INT), ("int_dumped", Tier.INT), ("app_stg", Tier.STG)):
        clusters.make_database(staging, dbname, rows=3)
        clusters.stamp(staging, dbname, tier)
    staging.admin("CREATE DATABASE int_copy TEMPLATE app_int")
    staging.admin("CREATE DATABASE prod TEMPLATE app_int")  # a namesake of PROD, for URLs with several hosts
    clusters.stamp(staging, "prod", Tier.INT)
    staging.admin("ALTER DATABASE prod SET default_transaction_read_only = on")
    clusters.make_database(staging, "empty")
    clusters.make_database(staging, "empty_for_stg")
    clusters.make_database(staging, "empty_by_name")
    clusters.make_database(staging, "empty_with_extension")
    staging.admin("CREATE EXTENSION vector", "empty_with_extension")


def _make_unproven(staging):
    for dbname in ("unmarked", "half_marked", "newer_marker", "other_project", "pinned"):
        clusters.make_database(staging, dbname, rows=ROWS)
    clusters.make_database(staging, "extension_tables", rows=ROWS)
    staging.admin("CREATE EXTENSION vector; ALTER EXTENSION vector ADD TABLE person", "extension_tables")
    for dbname, text in (("half_marked", '{"v": 1, "tier": "int", "pro'), ("newer_marker", '{"v": 2, "tier": "int"}')):
        staging.admin(f"CREATE SCHEMA tierguard; COMMENT ON SCHEMA tierguard IS '{text}'", dbname)
    clusters.stamp(staging, "other_project", Tier.INT, project="another")
    clusters.make_database(staging, "recommented", rows=ROWS)
    clusters.stamp(staging, "recommented", Tier.PROD)
    staging.admin("COMMENT ON DATABASE recommented IS 'Main shop database'")


def _make_prods(production):
    for dbname in ("was_prod", "prod_schema_dropped"):
        clusters.make_database(production, dbname, rows=ROWS)
        clusters.stamp(production, dbname, Tier.PROD)
    production.admin("ALTER DATABASE was_prod RENAME TO renamed_prod")
    production.admin("DROP SCHEMA tierguard", "prod_schema_dropped")
    clusters.make_database(production, "unmarked_beside_prod", rows=ROWS)
    clusters.make_database(production, "empty_beside_prod")
    clusters.make_database(production, "int_beside_prod", rows=3)
    clusters.stamp(production, "int_beside_prod", Tier.INT)
    production.admin("CREATE DATABASE prod_clone TEMPLATE prod")


def _copy_prod(production, staging, dbname):
    programs = clusters.programs_of_16()
    dump = subprocess.run(
        [str(programs / "pg_dump"), "-h", production.host, "-p", str(production.port), "-U", "postgres", "prod"],
        capture_output=True,
        text=True,
        check=True,
    )
    clusters.make_database(staging, dbname)
    subprocess.run(
        [str(programs / "psql"), "-Xq", "-h", staging.host, "-p", str(staging.port), "-U", "postgres", dbname],
        input=dump.stdout,
        capture_output=True,
        text=True,
        check=True,
    )


def _variables(staging, production):
    def url(cluster, dbname):
        return cluster.url(dbname, user=USER)

    on_staging = (
        "unmarked",
        "half_marked",
        "newer_marker",
        "other_project",
        "pinned",
        "extension_tables",
        "prod_copy",
        "int_copy",
        "int_dumped",
    )
    on_staging_empty = ("empty", "empty_for_stg", "empty_with_extension")
    on_production = ("renamed_prod", "prod_schema_dropped", "unmarked_beside_prod", "empty_beside_prod", "prod_clone")
    named = {f"{name.upper()}_URL": url(staging, name) for name in (*on_staging, *on_staging_empty)}
    named |= {f"{name.upper()}_URL": url(production, name) for name in on_production}
    named["EMPTY_BY_NAME_URL"] = staging.url("empty_by_name", user=USER, host="localhost")
    _, _, sysid = clusters.read_identity(staging, "pinned")
    pin = {
        "tier": "prod",
        "project": "app",
        "sysid": sysid,
        "db": "pinned",
        "user": USER,
        "endpoint": "db.example:5432",
    }
    return named | {
        "ROUTE_HOST": production.host,
        "ROUTE_PORT": str(production.port),
        "ROUTE_SOCKET": str(production.socket),
        "ROUTE_DB": "prod",
        "ROUTE_USER": USER,
        "PROD_URL": url(production, "prod"),
        "PROD_MAINTENANCE_URL": url(production, "postgres"),
        "INT_URL": url(staging, "app_int"),
        "MAINTENANCE_URL": url(staging, "postgres"),
        "INT_BESIDE_PROD_URL": url(production, "int_beside_prod"),
        "STG_URL": url(staging, "app_stg"),
        "INT_HOST": staging.host,
        "INT_PORT": str(staging.port),
        "INT_SOCKET": str(staging.socket),
        "PROGRAMS": str(Path(clusters.programs_of_16())),
        "PINS": json.dumps({"v": 1, "pins": [pin]}),
    }
