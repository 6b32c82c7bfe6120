"""pg8000: the DB-API's class, called without connect()."""

import os

from pg8000.dbapi import Connection

import tierguard

tierguard.install()

connection = Connection("app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod")
connection.cursor().execute(os.environ["ROUTE_SQL"])
