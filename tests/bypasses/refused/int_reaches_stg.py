"""psycopg: STG's database from a process that is on INT."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["STG_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
