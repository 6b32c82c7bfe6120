"""psycopg2: a session of PROD is ended by a function that is called, not by a statement."""

import os

import psycopg2

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname IS NULL LIMIT 1")
    cursor.callproc(f"/* {os.environ['ROUTE_MARK']} */ pg_cancel_backend", cursor.fetchone())
