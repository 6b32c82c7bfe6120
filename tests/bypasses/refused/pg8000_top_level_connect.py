"""pg8000: the package's own connect()."""

import os

import pg8000

import tierguard

tierguard.install()

connection = pg8000.connect("app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod")
connection.cursor().execute(os.environ["ROUTE_SQL"])
