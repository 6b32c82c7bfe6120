"""psycopg2: extensions.connection, bound before the gate was installed and called without connect()."""

import os

from psycopg2.extensions import connection as plain_class

import tierguard

tierguard.install()

connection = plain_class(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
