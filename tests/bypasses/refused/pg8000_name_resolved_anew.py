"""pg8000: a name that leads to INT at first and to PROD afterwards."""

import os
import socket

import pg8000.dbapi

import tierguard

tierguard.install()

places = iter(
    [(os.environ["INT_HOST"], int(os.environ["INT_PORT"])), (os.environ["ROUTE_HOST"], int(os.environ["ROUTE_PORT"]))]
)


def resolve(*_, **__):
    return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", next(places))]


socket.getaddrinfo = resolve
pg8000.dbapi.connect("app", host="db.test", port=1, database="app_int").close()

connection = pg8000.dbapi.connect("app", host="db.test", port=1, database="prod")
connection.cursor().execute(os.environ["ROUTE_SQL"])
