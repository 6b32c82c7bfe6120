"""psycopg: databases that are made and dropped in PROD's own server, beside PROD."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute("CREATE DATABASE scratch TEMPLATE template0")
    connection.execute("ALTER DATABASE int_beside_prod SET work_mem = '5MB'")
    connection.execute("SELECT 'DROP DATABASE', datname FROM pg_database")
    connection.execute(os.environ["ROUTE_SQL"])
