"""psycopg2: a cursor class that is derived from the C class after the connection was made."""

import os

import psycopg2
from psycopg2.extensions import cursor

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True


class Late(cursor):
    pass


connection.cursor(cursor_factory=Late).execute(f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */")
