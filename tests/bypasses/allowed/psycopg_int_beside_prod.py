"""psycopg: a stamped INT in PROD's own server."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
