"""psycopg: PROD's role is renamed, as the second of two statements."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"SELECT 1; ALTER USER prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */")
