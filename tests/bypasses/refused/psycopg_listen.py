"""psycopg: a connection that only listens."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"], autocommit=True) as connection:
    connection.execute(f"LISTEN changes /* {os.environ['ROUTE_MARK']} */")
