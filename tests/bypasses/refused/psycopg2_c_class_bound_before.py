"""psycopg2: the C class, bound before the gate was installed and called without connect()."""

import os

from psycopg2._psycopg import connection as c_class

import tierguard

tierguard.install()

connection = c_class(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
