"""psycopg: INT's own URL."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
