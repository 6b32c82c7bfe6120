"""psycopg: an unmarked database beside PROD counts as PROD."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(f"DROP DATABASE unmarked_beside_prod /* {os.environ['ROUTE_MARK']} */")
