"""psycopg: a logical replication connection, which takes ordinary SQL too."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"], replication="database", autocommit=True) as connection:
    connection.pgconn.exec_(os.environ["ROUTE_SQL"].encode())
