"""psycopg: PROD by argument and nobody at a terminal (R7)."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve("prod").url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
