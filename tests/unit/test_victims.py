"""Statements that name a database, in PROD's cluster and beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.deciding.identity import Reading
from tierguard.deciding.marker import Marker
from tierguard.model import Tier
from tierguard.statements.victims import find_victim


def mark(tier, db):
    return Marker(tier, "shop", db, "1", "7")


HERE = Reading(
    db="shop_test",
    oid="2",
    sysid="7",
    marker=mark(Tier.INT, "shop_test"),
    comments=(
        mark(Tier.INT, "shop_test"),
        mark(Tier.STG, "shop_stg"),
        mark(Tier.PROD, "Shop Live"),
        mark(Tier.PROD, "shop"),
    ),
)


@pytest.mark.parametrize(
    ("sql", "victim"),
    [
        ("DROP DATABASE shop", "shop"),
        ("drop\tdatabase\nif exists SHOP with (force)", "shop"),
        ('DROP DATABASE "Shop Live"', "Shop Live"),
        ("DROP /* really */ DATABASE -- now\n shop;", "shop"),
        ("SELECT 1; ALTER DATABASE shop RENAME TO old", "shop"),
        ("ALTER DATABASE shop SET default_transaction_read_only = off", "shop"),
        ("COMMENT ON DATABASE shop IS NULL", "shop"),
        ("CREATE DATABASE copy TEMPLATE shop", "shop"),
        ("CREATE DATABASE copy WITH OWNER me TEMPLATE = shop", "shop"),
        ("DROP DATABASE nobody_marked_me", "nobody_marked_me"),
    ],
)
def test_a_statement_is_judged_by_the_database_that_it_names(sql, victim):
    assert find_victim(sql, HERE) == victim


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "DROP TABLE shop",
        "CREATE DATABASE fresh",
        "CREATE DATABASE fresh TEMPLATE template0",
        "CREATE DATABASE fresh TEMPLATE shop_test",
        "DROP DATABASE shop_test",
        "DROP DATABASE shop_stg",
        "SELECT 'it''s no DROP DATABASE ' || name FROM database",
        "-- DROP DATABASE shop\nSELECT 1",
        "SELECT current_database()",
    ],
)
def test_what_names_no_prod_goes_on(sql):
    assert find_victim(sql, HERE) == ""


@given(st.lists(st.sampled_from([" ", "\n", "\t", "/* x */", "-- y\n"]), min_size=2, max_size=6))
def test_space_and_comments_hide_no_name(gaps):
    assert find_victim(f"DROP{' '.join(gaps)} DATABASE{' '.join(gaps)} shop", HERE) == "shop"
