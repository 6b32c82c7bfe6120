"""psycopg: imported after another library put a finder of its own in front of all others."""

import importlib
import os
import sys
from importlib.machinery import PathFinder

import tierguard

tierguard.install()
for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
    del sys.modules[name]
sys.meta_path.insert(0, PathFinder)
with importlib.import_module("psycopg").connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
