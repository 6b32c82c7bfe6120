"""psycopg: another spelling of the loopback address."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(f"host=127.1 port={os.environ['ROUTE_PORT']} user=app dbname=prod") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
