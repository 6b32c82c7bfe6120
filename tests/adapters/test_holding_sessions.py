"""A person's session on PROD stays careful, whatever runs in it and whatever stands in between."""

import psycopg
import pytest
from support.asking import NAME
from support.pooler import Multiplexer

from tierguard import Operation, PolicyRefused
from tierguard.process.standing import Own
from tierguard.testing.arena import run as run_unseen


def test_code_of_the_database_leaves_the_session_protected(shop):
    loosen = "DO $$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); END $$"
    shop.ask_for_prod()
    for autocommit in (True, False):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection:
            connection.execute(loosen)
            connection.commit()
            assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)


def test_what_nobody_can_foresee_the_locks_of_is_agreed_to_as_that(shop):
    run_unseen(shop.url, "DROP ROLE IF EXISTS leaving; CREATE ROLE leaving; CREATE TABLE left_over AS SELECT 1 AS id")
    run_unseen(shop.url, "ALTER TABLE left_over OWNER TO leaving")
    shop.ask_for_prod(NAME, NAME)
    try:
        with psycopg.connect(shop.url, autocommit=True) as connection:
            connection.execute("REASSIGN OWNED BY leaving TO CURRENT_USER")
    finally:
        run_unseen(shop.url, "DROP OWNED BY leaving")
        run_unseen(shop.url, "DROP ROLE leaving")
    assert shop.count("left_over") == 1


class Reading(Own):
    """Somebody's word that covers reading only."""

    operation = Operation.READ


@pytest.mark.parametrize(
    "sql",
    [
        "SET statement_timeout = 0",
        "RESET statement_timeout",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
        "SELECT set_config('STATEMENT_TIMEOUT', '0', false)",
        "DELETE FROM people WHERE id = 1",
        "DO $$ BEGIN PERFORM 1; END $$",
        "SELECT 1; DELETE FROM people",
    ],
)
def test_consent_to_read_stays_bounded(shop, sql):
    shop.ask_for_prod()
    shop.process.standing = Reading(shop.process)
    for autocommit in (True, False):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection:
            assert connection.execute("SHOW statement_timeout").fetchone() == ("30s",)
            connection.execute("SET search_path = public")
            with pytest.raises(PolicyRefused, match="for reading"):
                connection.execute(sql)
            assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
            assert connection.execute("SELECT count(*) FROM people").fetchone() == (100,)


def test_behind_a_pooler_a_person_only_reads(shop, prod_cluster):
    pool = Multiplexer(prod_cluster, shop.url.rpartition("/")[2])
    try:
        shop.ask_for_prod()
        url = f"postgresql://postgres@127.0.0.1:{pool.port}/shop"
        for autocommit in (True, False):
            with psycopg.connect(url, autocommit=autocommit) as connection:
                assert connection.execute("SELECT count(*) FROM people").fetchone() == (100,)
                if not autocommit:
                    assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
                with pytest.raises(PolicyRefused, match="a connection pooler stands between"):
                    connection.execute("DELETE FROM people WHERE id > 3")
                connection.rollback()
                assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("off",)
    finally:
        pool.close()
    assert shop.count() == 100
