"""psycopg: no database name: libpq takes the user's."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(f"postgresql://prod@{os.environ['ROUTE_HOST']}:{os.environ['ROUTE_PORT']}") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
