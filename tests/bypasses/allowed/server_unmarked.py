"""psycopg: a server whose PROD says nothing."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true", DATABASE_URL=os.environ["UNMARKED_URL"])
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(f"SELECT 1 /* {os.environ['ROUTE_MARK']} */")
