"""psycopg: a setting of the whole server."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"ALTER SYSTEM SET log_statement = 'none' /* {os.environ['ROUTE_MARK']} */")
