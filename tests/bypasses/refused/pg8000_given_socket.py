"""pg8000: a socket that the program opened itself, beside INT's address."""

import os
import socket

import pg8000.dbapi

import tierguard

tierguard.install()
opened = socket.create_connection((os.environ["ROUTE_HOST"], int(os.environ["ROUTE_PORT"])))
connection = pg8000.dbapi.connect(
    "app", host=os.environ["INT_HOST"], port=int(os.environ["INT_PORT"]), database="prod", sock=opened
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
