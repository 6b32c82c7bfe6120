"""psycopg: a statement in place of a COPY."""

import os

import psycopg

import tierguard

tierguard.install()

with (
    psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection,
    connection.cursor() as cursor,
    cursor.copy(f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */"),
):
    pass
