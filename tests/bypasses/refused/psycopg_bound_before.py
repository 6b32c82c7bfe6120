"""psycopg: a name bound before the gate was installed."""

import os

from psycopg import connect

import tierguard

tierguard.install()
with connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
