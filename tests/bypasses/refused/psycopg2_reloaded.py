"""psycopg2: the driver reloaded after the gate was installed."""

import importlib
import os

import psycopg2

import tierguard

tierguard.install()
importlib.reload(psycopg2)
connection = psycopg2.connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
