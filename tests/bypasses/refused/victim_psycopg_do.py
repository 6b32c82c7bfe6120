"""psycopg: a DO block that executes it."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"DO $do$ BEGIN EXECUTE 'ALTER DATABASE prod RENAME TO gone'; END $do$ /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
