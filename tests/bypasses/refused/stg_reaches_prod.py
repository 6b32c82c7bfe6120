"""psycopg: a process on STG."""

import os

import psycopg

import tierguard

tierguard.install()
tierguard.resolve("stg")
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
