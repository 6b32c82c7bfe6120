"""psycopg: the module that connects, loaded once more by its file, and the classes made from it."""

import importlib.util
import os
import sys

import psycopg

import tierguard

tierguard.install()
for name in ("psycopg._connection_base", "psycopg.connection"):
    spec = importlib.util.spec_from_file_location(name, sys.modules[name].__file__)
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
with sys.modules["psycopg.connection"].Connection.connect(os.environ["PROD_URL"]) as connection:
    psycopg.Cursor(connection).execute(os.environ["ROUTE_SQL"])
