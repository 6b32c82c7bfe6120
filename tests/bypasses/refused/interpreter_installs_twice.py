"""psycopg: installed again by another module, with PROD's flag set in between."""

import os

import psycopg

import tierguard

tierguard.install()
tierguard.resolve()
os.environ["USE_PROD_DATABASE"] = "true"
tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
