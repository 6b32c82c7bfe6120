"""psycopg: ALTER DATABASE between strings that look like the ends of a comment."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"SELECT $$/*$$; ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */; SELECT $$*/$$"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
