"""psycopg: a pool whose configure callback speaks to the server first. Exits with 1: the pool's timeout."""

import os

from psycopg_pool import ConnectionPool

import tierguard

tierguard.install()


def configure(connection):
    connection.execute(os.environ["ROUTE_SQL"])
    connection.commit()


with ConnectionPool(os.environ["PROD_URL"], min_size=1, timeout=1, reconnect_timeout=1, configure=configure) as pool:
    pool.wait(timeout=1)
