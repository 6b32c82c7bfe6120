"""psycopg: COPY, and executemany beside it."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection, connection.cursor() as cursor:
    with cursor.copy(f"COPY person FROM STDIN /* {os.environ['ROUTE_MARK']} */") as copy:
        copy.write_row((0,))
    cursor.executemany(f"INSERT INTO person VALUES (%s) /* {os.environ['ROUTE_MARK']} */", [(0,), (0,)])
