"""A cursor WITH HOLD runs its query at COMMIT, after the rows were counted: it writes nothing then."""

import psycopg
import pytest

from tierguard.testing.arena import run as run_unseen

SWEEP = """
CREATE FUNCTION sweep() RETURNS bigint LANGUAGE sql AS
  'WITH gone AS (DELETE FROM people RETURNING 1) SELECT count(*) FROM gone';
CREATE VIEW innocent AS SELECT sweep()
"""


@pytest.mark.parametrize("query", ["SELECT sweep()", "SELECT * FROM innocent"])
def test_what_it_would_write_is_not_committed_nor_what_was_written_before(shop, query):
    run_unseen(shop.url, SWEEP)
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        connection.execute("INSERT INTO notes VALUES (0, 'x')")
        connection.execute(f"DECLARE late CURSOR WITH HOLD FOR {query}")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.commit()

    assert (shop.count(), shop.count("notes")) == (100, 6000)


def test_what_a_transaction_leaves_for_its_commit_goes_on_otherwise(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        connection.execute("INSERT INTO notes VALUES (0, 'x')")
        connection.execute("CREATE TEMP TABLE gone_then (id int) ON COMMIT DROP")
        connection.execute("NOTIFY something, 'said'")
        connection.execute("DECLARE held CURSOR WITH HOLD FOR SELECT 7")
        connection.commit()
        assert connection.execute("FETCH held").fetchone() == (7,)
        connection.execute("INSERT INTO notes VALUES (0, 'y')")

    assert shop.count("notes") == 6002
