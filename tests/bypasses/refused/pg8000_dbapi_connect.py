"""pg8000: the DB-API's connect()."""

import os

import pg8000.dbapi

import tierguard

tierguard.install()

connection = pg8000.dbapi.connect(
    "app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod"
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
