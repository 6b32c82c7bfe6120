"""psycopg2, a server on PROD (R3): a table is emptied by a named cursor's class, derived before the gate."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg2
from psycopg2.extras import DictCursor

import tierguard

tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url, cursor_factory=DictCursor)
with connection, connection.cursor() as cursor:
    cursor.execute("DELETE FROM person WHERE id < %s", (0,))
    cursor.executemany(f"TRUNCATE person /* {os.environ['ROUTE_MARK']} */", [()])
