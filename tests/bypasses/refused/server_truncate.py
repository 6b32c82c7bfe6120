"""psycopg: a server empties a table of PROD, after a read in the same text."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url, autocommit=True) as connection:
    connection.execute(f"SELECT 1; TRUNCATE person /* {os.environ['ROUTE_MARK']} */")
