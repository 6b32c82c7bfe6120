"""psycopg: a loop that swallows every error and tries again. Exits with 1: the program gives up by itself."""

import os
import sys

import psycopg

import tierguard

tierguard.install()
for _ in range(5):
    try:
        with psycopg.connect(os.environ["PROD_URL"]) as connection:
            connection.execute(os.environ["ROUTE_SQL"])
    except Exception:  # noqa: BLE001, S112
        continue
sys.exit(1)
