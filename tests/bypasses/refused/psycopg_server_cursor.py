"""psycopg: a server-side cursor."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"], cursor_factory=psycopg.ServerCursor) as connection:  # noqa: SIM117
    with connection.cursor("mine") as cursor:
        cursor.execute(f"SELECT id FROM person /* {os.environ['ROUTE_MARK']} */")
