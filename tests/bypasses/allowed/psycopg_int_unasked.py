"""psycopg: INT by a program that asks us for nothing."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(os.environ["INT_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
