"""psycopg: several hosts in the query."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"postgresql:///prod?user=app&host=127.0.0.1,{os.environ['ROUTE_HOST']}&port=1,{os.environ['ROUTE_PORT']}"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
