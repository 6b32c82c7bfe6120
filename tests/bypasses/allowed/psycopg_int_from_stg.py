"""psycopg: INT's database from a process on STG."""

import os

import psycopg

import tierguard

tierguard.install()
tierguard.resolve("stg")
with psycopg.connect(os.environ["INT_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
