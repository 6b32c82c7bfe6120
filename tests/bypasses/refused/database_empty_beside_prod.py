"""psycopg: an empty unmarked database beside PROD."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["EMPTY_BESIDE_PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
