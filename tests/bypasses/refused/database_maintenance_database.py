"""psycopg: the maintenance database of PROD's server."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_MAINTENANCE_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
