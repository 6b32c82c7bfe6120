"""psycopg: CI whose DATABASE_URL leads to an INT."""

import os

os.environ.update(CI="true", DATABASE_URL=os.environ["INT_URL"])
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
