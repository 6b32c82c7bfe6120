"""psycopg: a subclass whose own connect() speaks to the server at once."""

import os

from psycopg import Connection

import tierguard

tierguard.install()


class Mine(Connection):
    @classmethod
    def connect(cls, conninfo="", **keywords):
        connection = super().connect(conninfo, **keywords)
        connection.execute(os.environ["ROUTE_SQL"])
        return connection


Mine.connect(os.environ["PROD_URL"], autocommit=True)
