"""pg8000: INT by both interfaces, by the socket too."""

import os

import pg8000.dbapi
import pg8000.native

import tierguard

tierguard.install()
place = {"host": os.environ["INT_HOST"], "port": int(os.environ["INT_PORT"]), "database": "app_int"}
connection = pg8000.dbapi.connect("app", **place)
connection.cursor().execute(os.environ["ROUTE_SQL"])
connection.commit()
connection.close()
with pg8000.native.Connection("app", **place) as connection:
    connection.run(os.environ["ROUTE_SQL"])
path = "{INT_SOCKET}/.s.PGSQL.{INT_PORT}".format(**os.environ)
with pg8000.native.Connection("app", unix_sock=path, database="app_int") as connection:
    connection.run(os.environ["ROUTE_SQL"])
