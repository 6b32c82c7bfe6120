"""psycopg: INT, made anew by libpq, and a connection put around one of libpq's own."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_URL"]) as connection:
    connection.execute("SELECT 1")
    connection.pgconn.reset()
    connection.execute(os.environ["ROUTE_SQL"])
with psycopg.Connection(psycopg.pq.PGconn.connect(os.environ["INT_URL"].encode())) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
