"""psycopg: a server on PROD in an environment that says CI."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true", CI="true")
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(f"SELECT 1 /* {os.environ['ROUTE_MARK']} */")
