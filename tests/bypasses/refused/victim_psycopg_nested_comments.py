"""psycopg: DROP DATABASE with comments within comments."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"DROP /* a /* b */ c */ DATABASE /* {os.environ['ROUTE_MARK']} */ prod"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
