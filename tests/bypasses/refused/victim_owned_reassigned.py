"""psycopg: the databases that PROD's role owns."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"REASSIGN OWNED BY prod TO app /* {os.environ['ROUTE_MARK']} */")
