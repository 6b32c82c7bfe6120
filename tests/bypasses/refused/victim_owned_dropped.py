"""psycopg: what PROD's role owns and may use, as the second of a list."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"DROP OWNED BY app, prod /* {os.environ['ROUTE_MARK']} */")
