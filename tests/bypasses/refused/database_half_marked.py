"""psycopg: a marker that was cut off while it was written."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["HALF_MARKED_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
