"""psycopg: a key=value DSN, of which a check of URLs sees nothing."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"host={os.environ['ROUTE_HOST']} port={os.environ['ROUTE_PORT']} user=app dbname=prod"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
