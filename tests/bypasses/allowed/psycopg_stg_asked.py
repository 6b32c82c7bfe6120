"""psycopg: STG when it is asked for."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(tierguard.resolve("stg").url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
