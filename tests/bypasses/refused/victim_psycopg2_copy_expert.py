"""psycopg2: a statement in place of a COPY."""

import io
import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
connection.cursor().copy_expert(f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */", io.StringIO())
