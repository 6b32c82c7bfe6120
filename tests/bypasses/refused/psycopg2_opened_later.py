"""psycopg2: a class of connections that connects after it was made."""

import os

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

import tierguard

tierguard.install()


class Later(Connection):
    def __init__(self, *args, **kwargs):
        self.__dict__.update(later=(args, kwargs))

    def open(self):
        super().__init__(*self.later[0], **self.later[1])


connection = psycopg2.connect(os.environ["PROD_URL"], connection_factory=Later)
connection.open()
connection.cursor().execute(os.environ["ROUTE_SQL"])
