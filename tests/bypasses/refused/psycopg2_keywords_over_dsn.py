"""psycopg2: keyword arguments win over INT's URL."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(
    os.environ["INT_URL"], host=os.environ["ROUTE_HOST"], port=os.environ["ROUTE_PORT"], dbname="prod"
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
