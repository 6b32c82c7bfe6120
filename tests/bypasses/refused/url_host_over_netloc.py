"""psycopg: ?host= and ?port= in the query win over the host that one reads."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"{os.environ['INT_URL']}?host={os.environ['ROUTE_HOST']}&port={os.environ['ROUTE_PORT']}&dbname=prod"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
