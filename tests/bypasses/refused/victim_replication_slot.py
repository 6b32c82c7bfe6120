"""psycopg: the slot of PROD's standby is dropped from INT beside it."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"SELECT pg_drop_replication_slot('standby') /* {os.environ['ROUTE_MARK']} */")
