"""psycopg2: beside PROD, connections whose class says what a row is, and a class that connects nothing yet."""

import os

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extras import DictConnection, NamedTupleConnection, RealDictConnection

import tierguard

tierguard.install()
url = os.environ["INT_BESIDE_PROD_URL"]


class Later(Connection):
    def __init__(self, *args, **kwargs):
        self.__dict__.update(later=(args, kwargs))

    def open(self):
        super().__init__(*self.later[0], **self.later[1])


def read(connection):
    cursor = connection.cursor()
    cursor.execute(os.environ["ROUTE_SQL"])
    cursor.execute("SELECT 1 AS one")
    return cursor.fetchone()


plain, later = psycopg2.connect(url), psycopg2.connect(url, connection_factory=Later)
if plain.cursor_factory is not None or later.info.dbname is not None:
    raise SystemExit("it is not as psycopg2 makes it")
later.open()
rows = [read(psycopg2.connect(url, connection_factory=kind)) for kind in (RealDictConnection, DictConnection)]
named = read(psycopg2.connect(url, connection_factory=NamedTupleConnection))
if [row["one"] for row in rows] != [1, 1] or named.one != 1 or read(later) != (1,) or read(plain) != (1,):
    raise SystemExit(f"these are not the rows that were asked for: {rows}, {named}")
