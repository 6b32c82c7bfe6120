"""psycopg: a logical copy of PROD in STG's own server."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_COPY_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
