"""psycopg2: ALTER DATABASE by a cursor class of one's own."""

import os

import psycopg2
import psycopg2.extensions

import tierguard

tierguard.install()


class Mine(psycopg2.extensions.cursor):
    pass


connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"], cursor_factory=Mine)
connection.autocommit = True
connection.cursor().execute(f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */")
