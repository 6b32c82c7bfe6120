"""psycopg2: a connection_factory whose __init__ speaks to the server at once."""

import os

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812


class Mine(Connection):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cursor().execute(os.environ["ROUTE_SQL"])


import tierguard  # noqa: E402

tierguard.install()

connection = psycopg2.connect(os.environ["PROD_URL"], connection_factory=Mine)
connection.cursor().execute(os.environ["ROUTE_SQL"])
