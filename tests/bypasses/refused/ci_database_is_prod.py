"""psycopg: CI whose DATABASE_URL leads to PROD (R4)."""

import os

os.environ.update(CI="true", DATABASE_URL=os.environ["PROD_URL"])
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
