"""psycopg: a server whose PROD has a broken marker."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true", DATABASE_URL=os.environ["HALF_MARKED_URL"])
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(f"SELECT 1 /* {os.environ['ROUTE_MARK']} */")
