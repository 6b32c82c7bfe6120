"""psycopg: PROD is closed by writing into the catalogue of databases, as old scripts do before they drop one."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"UPDATE pg_database SET datallowconn = false WHERE datname = 'prod' /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
