"""psycopg: a copy of INT is INT."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(os.environ["INT_COPY_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
