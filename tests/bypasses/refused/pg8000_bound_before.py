"""pg8000: a name bound before the gate was installed."""

import os

from pg8000.dbapi import connect

import tierguard

tierguard.install()

connection = connect("app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod")
connection.cursor().execute(os.environ["ROUTE_SQL"])
