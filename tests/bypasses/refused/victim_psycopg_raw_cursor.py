"""psycopg: a raw cursor in pipeline mode."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"ALTER DATABASE prod SET search_path = evil /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection, connection.pipeline():
    psycopg.RawCursor(connection).execute(statement)
