"""psycopg: PGHOST and PGPORT, set by the program, fill a URL without a host."""

import os

import psycopg

import tierguard

tierguard.install()
os.environ.update(PGHOST=os.environ["ROUTE_HOST"], PGPORT=os.environ["ROUTE_PORT"])
with psycopg.connect("postgresql://app@/prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
