"""psycopg: a process on STG."""

import os

import psycopg

import tierguard

tierguard.install()

tierguard.resolve("stg")
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */")
