"""psycopg: a pool on INT that replaces a connection which the server ended."""

import os

from psycopg_pool import ConnectionPool

import tierguard

tierguard.install()
with ConnectionPool(os.environ["INT_URL"], min_size=1, check=ConnectionPool.check_connection) as pool:
    with pool.connection() as connection:
        connection.pgconn.finish()
    with pool.connection() as connection:
        connection.execute(os.environ["ROUTE_SQL"])
