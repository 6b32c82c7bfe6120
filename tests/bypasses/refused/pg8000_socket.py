"""pg8000: PROD's Unix socket."""

import os

import pg8000.dbapi

import tierguard

tierguard.install()

connection = pg8000.dbapi.connect(
    "app", unix_sock="{ROUTE_SOCKET}/.s.PGSQL.{ROUTE_PORT}".format(**os.environ), database="prod"
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
