"""psycopg: COMMENT ON DATABASE erases what PROD says of itself."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"COMMENT ON DATABASE prod IS NULL /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
