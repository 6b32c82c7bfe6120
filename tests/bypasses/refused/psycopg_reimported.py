"""psycopg: thrown out of sys.modules and imported again."""

import os
import sys

import psycopg

import tierguard

tierguard.install()
for name in [name for name in sys.modules if name == "psycopg" or name.startswith("psycopg.")]:
    del sys.modules[name]
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
