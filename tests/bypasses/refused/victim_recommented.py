"""psycopg: a PROD whose database comment somebody replaced, dropped over the maintenance database."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["MAINTENANCE_URL"], autocommit=True) as connection:
    connection.execute(f"DROP DATABASE recommented /* {os.environ['ROUTE_MARK']} */")
