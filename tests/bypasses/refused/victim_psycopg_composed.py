"""psycopg: a statement that is composed of parts."""

import os

import psycopg
from psycopg import sql

import tierguard

tierguard.install()
statement = f"/* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(sql.SQL("DROP DATABASE {} ").format(sql.Identifier("prod")) + sql.SQL(statement))
