"""psycopg: STG's URL leads to PROD."""

import os

os.environ["STG_DATABASE_URL"] = os.environ["PROD_URL"]
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve("stg").url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
