"""psycopg: INT by its Unix socket."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(
    "postgresql:///app_int?user=app&host={INT_SOCKET}&port={INT_PORT}".format(**os.environ)
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
