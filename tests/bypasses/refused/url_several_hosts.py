"""psycopg: several hosts of which the first is down."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"postgresql://app@127.0.0.1:1,{os.environ['ROUTE_HOST']}:{os.environ['ROUTE_PORT']}/prod"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
