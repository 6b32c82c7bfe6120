"""psycopg: DROP DATABASE from INT in PROD's own server."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
