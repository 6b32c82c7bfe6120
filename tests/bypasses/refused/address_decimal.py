"""psycopg: the address as one decimal number."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(f"host=2130706433 port={os.environ['ROUTE_PORT']} user=app dbname=prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
