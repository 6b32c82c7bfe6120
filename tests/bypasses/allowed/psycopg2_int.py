"""psycopg2: INT by connect(), a pool, factories and the class."""

import os

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extras import DictConnection
from psycopg2.pool import ThreadedConnectionPool

import tierguard

tierguard.install()
url = os.environ["INT_URL"]


class Mine(Connection):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.autocommit = True


pool = ThreadedConnectionPool(1, 2, url)
made = [psycopg2.connect(url), psycopg2.connect(url, connection_factory=Mine), DictConnection(url), pool.getconn()]
for connection in made:
    connection.cursor().execute(os.environ["ROUTE_SQL"])
    connection.close()
if type(made[1]) is not Mine or not isinstance(made[0], Connection):
    raise SystemExit("the classes are not those that were asked for")
