"""psycopg: INT's own URL."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
