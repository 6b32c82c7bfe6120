"""psycopg2: its C module forgotten and imported again, and the function in it that connects."""

import importlib
import os
import sys

import psycopg2

import tierguard

tierguard.install()
del sys.modules["psycopg2._psycopg"]
connection = importlib.import_module("psycopg2._psycopg")._connect(os.environ["PROD_URL"])
if not isinstance(connection, psycopg2.extensions.connection):
    raise SystemExit("another driver")
connection.cursor().execute(os.environ["ROUTE_SQL"])
