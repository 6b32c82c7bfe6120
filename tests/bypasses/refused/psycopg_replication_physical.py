"""psycopg: a physical replication connection, which knows no SELECT and so proves nothing."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"], replication="true", autocommit=True) as connection:
    connection.pgconn.exec_(f"IDENTIFY_SYSTEM -- {os.environ['ROUTE_MARK']}".encode())
