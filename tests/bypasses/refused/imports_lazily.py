"""psycopg2: imported lazily, by the recipe of importlib's own documentation."""

import importlib.util
import os
import sys

import tierguard

tierguard.install()
spec = importlib.util.find_spec("psycopg2")
spec.loader = loader = importlib.util.LazyLoader(spec.loader)
sys.modules["psycopg2"] = psycopg2 = importlib.util.module_from_spec(spec)
loader.exec_module(psycopg2)
connection = psycopg2.connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
