"""psycopg2: ALTER DATABASE by a cursor class that comes with the driver."""

import os

import psycopg2
from psycopg2.extras import RealDictCursor

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
connection.cursor(cursor_factory=RealDictCursor).execute(
    f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */"
)
