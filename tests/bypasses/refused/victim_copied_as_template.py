"""psycopg: a PROD that was never stamped is no template."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_URL"], autocommit=True) as connection:
    connection.execute(f"CREATE DATABASE mine TEMPLATE unmarked /* {os.environ['ROUTE_MARK']} */")
