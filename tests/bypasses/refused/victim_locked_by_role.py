"""psycopg: PROD's role is locked out, from INT in PROD's own server."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"ALTER ROLE prod NOLOGIN /* {os.environ['ROUTE_MARK']} */")
