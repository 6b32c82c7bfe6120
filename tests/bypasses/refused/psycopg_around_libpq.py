"""psycopg: a connection put around one that libpq made by itself."""

import os

import psycopg
from psycopg.pq import PGconn

import tierguard

tierguard.install()
with psycopg.Connection(PGconn.connect(os.environ["PROD_URL"].encode())) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
