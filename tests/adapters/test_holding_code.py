"""What code of the database sets or hides while it runs does not get past the person; what no rollback undoes waits."""

import psycopg
import pytest

from tierguard import ConsentRefused, PolicyRefused
from tierguard.testing.arena import run as run_unseen

SWEEP = """
CREATE FUNCTION sweep() RETURNS bigint LANGUAGE sql AS
  'WITH gone AS (DELETE FROM notes RETURNING 1) SELECT count(*) FROM gone';
CREATE VIEW innocent AS SELECT sweep()
"""
EVIL = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.pg_stat_get_xact_tuples_deleted(oid) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'
"""


def set_within_code(name, value):
    return f"DO $$ BEGIN PERFORM set_config('{name}', '{value}', false); END $$"


def test_a_setting_within_code_makes_no_table_the_transactions_own(shop):
    shop.ask_for_prod("no")
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute(set_within_code("tierguard.newest", 0))
        with pytest.raises(ConsentRefused):
            connection.execute("DROP TABLE notes")
    assert shop.count("notes") == 6000


def test_a_setting_within_code_does_not_leave_the_session_writable(shop):
    run_unseen(shop.url, SWEEP)
    shop.ask_for_prod()
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute(set_within_code("default_transaction_read_only", "off"))
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("SELECT * FROM innocent")
    assert shop.count("notes") == 6000


def test_functions_that_are_in_front_of_the_servers_own_count_nothing(shop):
    run_unseen(shop.url, EVIL)
    shop.ask_for_prod("no")
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute("SET search_path = evil, pg_catalog, public")
        with pytest.raises(ConsentRefused):
            connection.execute("DELETE FROM people WHERE id > 3")
    assert shop.count() == 100


def test_a_value_that_code_adds_to_a_type_is_a_definition(shop):
    run_unseen(shop.url, "CREATE TYPE mood AS ENUM ('good')")
    shop.ask_for_prod("no")
    with psycopg.connect(shop.url, autocommit=True) as connection, pytest.raises(ConsentRefused):
        connection.execute("DO $$ BEGIN ALTER TYPE mood ADD VALUE 'bad'; END $$")
    assert "definitions" in shop.shown


@pytest.mark.parametrize("sql", ["'TRUNC' || 'ATE notes'", "'ALTER TABLE notes DR' || 'OP COLUMN text'"])
def test_a_lock_of_ones_own_hides_nothing_that_code_does_behind_it(shop, sql):
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        connection.execute("LOCK TABLE notes")
        connection.execute(f"DO $$ BEGIN EXECUTE {sql}; END $$")
        with pytest.raises(PolicyRefused, match="locks public"):
            connection.commit()
        connection.execute("LOCK TABLE notes")
        connection.execute("DELETE FROM notes WHERE id < 4")
    assert shop.count("notes") == 5997


def test_no_text_is_read_otherwise_by_the_server_where_its_encoding_has_backslashes_in_characters(shop):
    shop.ask_for_prod()
    hidden = b"SELECT E'\xbf\\\\', '; ROLLBACK; BEGIN READ WRITE; DELETE FROM people; COMMIT; --'"
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute("SET client_encoding = 'GBK'")
        with pytest.raises(PolicyRefused, match="would undo"):
            connection.execute("SET backslash_quote = on")
        with pytest.raises(psycopg.errors.NonstandardUseOfEscapeCharacter):
            connection.execute(hidden)
    assert shop.count() == 100
