"""psycopg: USE_PROD_DATABASE=true and nobody at a terminal (R7)."""

import os

os.environ["USE_PROD_DATABASE"] = "true"
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
