"""psycopg: production mode without anybody asking for PROD."""

import os

os.environ["APP_PRODUCTION"] = "true"
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
