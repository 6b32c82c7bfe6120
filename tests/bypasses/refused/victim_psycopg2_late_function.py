"""psycopg2: cursors that a function makes, of a class that it derives at the first call."""

import os

import psycopg2
import psycopg2.extensions

import tierguard

tierguard.install()


def make(*args):
    kind = type("Made", (psycopg2.extensions.cursor,), {})
    return kind(*args)


connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
statement = f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */"
connection.cursor(cursor_factory=make).execute(statement)
