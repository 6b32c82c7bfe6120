"""psycopg: pipeline mode, COPY and a server-side cursor on INT."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_URL"]) as connection:
    with connection.pipeline():
        connection.execute(os.environ["ROUTE_SQL"])
    with connection.cursor() as cursor, cursor.copy("COPY person FROM STDIN") as copy:
        copy.write_row((0,))
    with connection.cursor("mine") as cursor:
        cursor.execute("SELECT id FROM person")
        cursor.fetchall()
