"""psycopg2: a name bound before the gate was installed."""

import os

from psycopg2 import connect

import tierguard

tierguard.install()

connection = connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
