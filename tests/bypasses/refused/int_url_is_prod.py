"""psycopg: INT's URL leads to PROD."""

import os

os.environ["TEST_DATABASE_URL"] = os.environ["PROD_URL"]
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
