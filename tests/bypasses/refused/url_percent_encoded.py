"""psycopg: a percent-encoded database name."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"].replace("int_beside_prod", "%70%72%6fd")) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
