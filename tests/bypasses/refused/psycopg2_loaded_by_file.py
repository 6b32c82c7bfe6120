"""psycopg2: the package loaded once more by its file, and its C module with it."""

import importlib.util
import os
import sys

import psycopg2

import tierguard

tierguard.install()
if psycopg2._psycopg.connection is not psycopg2.extensions.connection:
    raise SystemExit("another driver")
for name in ("psycopg2._psycopg", "psycopg2"):
    spec = importlib.util.spec_from_file_location(name, sys.modules[name].__file__)
    sys.modules[name] = again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
connection = again.connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
