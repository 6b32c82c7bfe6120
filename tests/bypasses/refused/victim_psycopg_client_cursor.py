"""psycopg: a block that a client cursor puts together from a statement and its value."""

import os

import psycopg

import tierguard

tierguard.install()
block = f"BEGIN EXECUTE 'ALTER DATABASE prod SET search_path = evil /* {os.environ['ROUTE_MARK']} */'; END"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    psycopg.ClientCursor(connection).execute("DO %s", [block])
