"""psycopg: PROD's sessions are ended, its name sent beside the statement."""

import os

import psycopg

import tierguard

tierguard.install()
statement = (
    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s /* {os.environ['ROUTE_MARK']} */"
)
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"{statement} /* {os.environ['ROUTE_MARK']} */", ["prod"])
