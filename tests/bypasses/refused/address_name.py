"""psycopg: a name instead of the address."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(f"postgresql://app@LOCALHOST:{os.environ['ROUTE_PORT']}/prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
