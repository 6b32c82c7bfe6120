"""psycopg: a statement in bytes, by a cursor with parameters of its own."""

import os

import psycopg
import psycopg.rows

import tierguard

tierguard.install()
statement = f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.cursor(row_factory=psycopg.rows.dict_row).execute(statement.encode(), prepare=True)
