"""psycopg: a session that this process did not begin is ended by its number, among those that it did."""

import os

import psycopg

import tierguard

tierguard.install()
url = os.environ["INT_BESIDE_PROD_URL"]
statement = f"SELECT pg_cancel_backend(%s), pg_cancel_backend(%s) /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url) as mine:
    (stranger,) = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname IS NULL").fetchone()
    connection.execute(statement, [mine.info.backend_pid, stranger])
