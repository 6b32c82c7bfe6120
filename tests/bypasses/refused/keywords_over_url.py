"""psycopg: keyword arguments win over INT's URL."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    os.environ["INT_URL"], host=os.environ["ROUTE_HOST"], port=os.environ["ROUTE_PORT"], dbname="prod"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
