"""psycopg2: DROP DATABASE by the second connection of a tracer that makes a class of cursor for each."""

import os

import psycopg2
import psycopg2.extensions

import tierguard

tierguard.install()


def connect(url):
    class TracedCursor(psycopg2.extensions.cursor):
        def execute(self, *args, **kwargs):
            return super().execute(*args, **kwargs)

    connection = psycopg2.connect(url, cursor_factory=TracedCursor)
    connection.autocommit = True
    return connection


connect(os.environ["INT_BESIDE_PROD_URL"]).close()
connection = connect(os.environ["INT_BESIDE_PROD_URL"])
connection.cursor().execute(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */")
