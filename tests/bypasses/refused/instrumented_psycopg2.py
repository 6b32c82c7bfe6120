"""psycopg2: a connect that was wrapped before the gate, and gives out a proxy with a traced kind of cursor."""

import os

import psycopg2
import psycopg2.extensions

import tierguard

connect = psycopg2.connect


class TracedCursor(psycopg2.extensions.cursor):
    def execute(self, *args, **kwargs):
        return super().execute(*args, **kwargs)


class TracedConnection(psycopg2.extensions.connection):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cursor_factory = TracedCursor
        self.cursor().execute(os.environ["ROUTE_SQL"])


psycopg2.connect = lambda *args, **kwargs: connect(*args, connection_factory=TracedConnection, **kwargs)
tierguard.install()
psycopg2.connect(os.environ["PROD_URL"])
