"""psycopg: a database that holds data and says nothing."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["UNMARKED_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
