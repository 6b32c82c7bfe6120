"""psycopg2: several hosts of which the first is down."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(
    "host=127.0.0.1,{ROUTE_HOST} port=1,{ROUTE_PORT} user=app dbname=prod".format(**os.environ)
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
