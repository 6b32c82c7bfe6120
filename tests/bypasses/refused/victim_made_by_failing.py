"""psycopg: PROD does not become one's own by a CREATE DATABASE that fails."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    try:
        connection.execute("CREATE DATABASE prod")
    except psycopg.errors.DuplicateDatabase:
        connection.execute(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */")
