"""pg8000: the native interface."""

import os

from pg8000.native import Connection

import tierguard

tierguard.install()

connection = Connection("app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod")
connection.run(os.environ["ROUTE_SQL"])
