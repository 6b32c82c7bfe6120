"""psycopg2: the driver's own cursor class, asked for by name."""

import os

import psycopg2
from psycopg2.extensions import cursor

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
statement = f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */"
connection.cursor(cursor_factory=cursor).execute(statement)
