"""psycopg: STG by its flag."""

import os

os.environ["USE_STG_DATABASE"] = "true"
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
