"""psycopg: CI whose DATABASE_URL leads to PROD (R4)."""

import os
import subprocess
import sys

if "CI" not in os.environ:  # it counts in the environment that a program is started with
    ci = {"CI": "true", "DATABASE_URL": os.environ["PROD_URL"]}
    sys.exit(subprocess.call([sys.executable, __file__], env=os.environ | ci))
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
