"""psycopg2: a whole statement is put in by AsIs, as the second of many."""

import os

import psycopg2
from psycopg2.extensions import AsIs

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
statements = ["SELECT 1", "ALTER DATABASE prod RENAME TO gone"]
values = ([AsIs(statement)] for statement in statements)
connection.cursor().executemany(f"%s /* {os.environ['ROUTE_MARK']} */", values)
