"""psycopg: only the driver's own errors are caught, as a retry decorator does."""

import os

import psycopg

import tierguard

tierguard.install()
for _ in range(3):
    try:
        with psycopg.connect(os.environ["PROD_URL"]) as connection:
            connection.execute(os.environ["ROUTE_SQL"])
    except psycopg.Error:
        continue
