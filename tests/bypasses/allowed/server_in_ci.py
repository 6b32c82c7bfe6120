"""psycopg: a server on PROD in an environment that says CI."""

import os
import subprocess
import sys

if "CI" not in os.environ:  # it counts in the environment that a program is started with
    server = {"USE_PROD_DATABASE": "true", "APP_PRODUCTION": "true", "CI": "true"}
    sys.exit(subprocess.call([sys.executable, __file__], env=os.environ | server))
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url) as connection:
    connection.execute(f"SELECT 1 /* {os.environ['ROUTE_MARK']} */")
