"""psycopg: PROD as the second database of a list."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"REVOKE CONNECT ON DATABASE int_beside_prod, prod FROM PUBLIC /* {os.environ['ROUTE_MARK']} */")
