"""What in the arguments of PostgreSQL's programs leads to another server than the tier's."""

import pytest

from tierguard.cli.elsewhere import CLIENTS, find_stray

OWN = {"host": "localhost", "port": "6543", "dbname": "shop_test", "user": "me"}


@pytest.mark.parametrize(
    ("program", "arguments", "stray"),
    [
        ("psql", ["-hlive"], "host"),
        ("psql", ["-Ath", "live"], "host"),
        ("psql", ["--hos=live"], "host"),
        ("psql", ["--host", "live"], "host"),
        ("psql", ["-p5432"], "port"),
        ("psql", ["postgresql://me@live:6543/shop"], "host"),
        ("psql", ["postgresql:///shop?hostaddr=10.0.0.1"], "hostaddr"),
        ("psql", ["-c", "SELECT 1", "service=live"], "service"),
        ("psql", ["-d", "dbname=shop host = 'live' port=6543"], "host"),
        ("psql", ["--dbname=postgres://live/shop"], "host"),
        ("psql", ["--", "host=live"], "host"),
        ("dropdb", ["-f", "--po", "5432", "shop"], "port"),
        ("dropdb", ["--maintenance-db=host=live", "shop"], "host"),
        ("createdb", ["-Tshop", "-h", "live", "stolen"], "host"),
        ("pg_dump", ["-Fc", "postgresql://live/shop"], "host"),
        ("pg_restore", ["-c", "-d", "host=live", "file"], "host"),
        ("pgbench", ["-i", "-h", "live"], "host"),
    ],
)
def test_another_server_is_found(program, arguments, stray):
    assert find_stray(program, arguments, OWN) == stray


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("psql", ["-h", "localhost", "-p", "6543", "other"]),
        ("psql", ["-h127.0.0.1"]),
        ("psql", ["postgresql://localhost:6543/shop_test"]),
        ("psql", ["-c", "SELECT host = 'x' FROM t"]),
        ("psql", ["--command", "UPDATE t SET host='x'"]),
        ("psql", ["-v", "host=x", "-f", "host=x.sql"]),
        ("psql", ["--pset=pager=off", "--quiet", "--help"]),
        ("pg_dump", ["-t", "person", "-f", "file", "shop_test"]),
        ("createuser", ["-h", "localhost", "somebody"]),
    ],
)
def test_the_tiers_own_server_may_be_named(program, arguments):
    assert find_stray(program, arguments, OWN) == ""


def test_a_port_that_nobody_wrote_is_postgresqls():
    assert find_stray("psql", ["-p", "5432"], {"host": "db"}) == ""


def test_every_program_takes_host_and_port():
    assert all({"h", "p"} <= set(valued) for valued in CLIENTS.values())
