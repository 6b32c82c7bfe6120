"""psycopg: USE_PROD_DATABASE=true; the program never asks us for a URL."""

import os

os.environ["USE_PROD_DATABASE"] = "true"
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
