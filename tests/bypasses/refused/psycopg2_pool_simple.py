"""psycopg2: a pool, which connects when it is made."""

import os

from psycopg2.pool import ThreadedConnectionPool

import tierguard

tierguard.install()

connection = ThreadedConnectionPool(1, 2, os.environ["PROD_URL"]).getconn()
connection.cursor().execute(os.environ["ROUTE_SQL"])
