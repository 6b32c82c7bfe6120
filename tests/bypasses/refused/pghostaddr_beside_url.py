"""psycopg: PGHOSTADDR, set by the program, changes where a complete URL leads."""

import os

import psycopg

import tierguard

tierguard.install()
os.environ["PGHOSTADDR"] = os.environ["ROUTE_HOST"]
with psycopg.connect(f"postgresql://app@int.test:{os.environ['ROUTE_PORT']}/prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
