"""psycopg: STG's URL leads to a copy of PROD."""

import os

os.environ["STG_DATABASE_URL"] = os.environ["PROD_COPY_URL"]
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve("stg").url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
