"""psycopg2: executemany and execute_batch."""

import os

import psycopg2
from psycopg2.extras import execute_batch

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
execute_batch(connection.cursor(), f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */", [()])
