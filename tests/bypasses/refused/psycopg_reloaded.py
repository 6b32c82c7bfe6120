"""psycopg: every module of the driver reloaded after the gate was installed."""

import importlib
import os
import sys

import psycopg

import tierguard

tierguard.install()
for name in sorted(name for name in sys.modules if name.startswith("psycopg.")):
    if name in {"psycopg._connection_base", "psycopg.connection"}:
        importlib.reload(sys.modules[name])
importlib.reload(psycopg)
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
