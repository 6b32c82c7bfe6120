"""psycopg: ?dbname= wins over the path."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(f"{os.environ['INT_BESIDE_PROD_URL']}?dbname=prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
