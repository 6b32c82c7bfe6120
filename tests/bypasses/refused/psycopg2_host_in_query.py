"""psycopg2: ?host= in the query wins over the host that one reads."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect("{INT_URL}?host={ROUTE_HOST}&port={ROUTE_PORT}&dbname=prod".format(**os.environ))
connection.cursor().execute(os.environ["ROUTE_SQL"])
