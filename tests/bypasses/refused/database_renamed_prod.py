"""psycopg: PROD under a new name."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["RENAMED_PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
