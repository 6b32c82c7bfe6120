"""psycopg: PGOPTIONS, set by the program, loosens the session."""

import os

import psycopg

import tierguard

tierguard.install()
os.environ["PGOPTIONS"] = "-c default_transaction_read_only=off -c search_path=public"
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
