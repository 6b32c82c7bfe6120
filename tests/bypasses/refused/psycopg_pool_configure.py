"""psycopg: a pool whose configure callback speaks to the server first."""

import os

from psycopg_pool import ConnectionPool

import tierguard

LIMIT = float(os.environ["LIMIT"])  # seconds

tierguard.install()


def configure(connection):
    connection.execute(os.environ["ROUTE_SQL"])
    connection.commit()


with ConnectionPool(
    os.environ["PROD_URL"], min_size=1, timeout=LIMIT, reconnect_timeout=LIMIT, configure=configure
) as pool:
    pool.wait(timeout=LIMIT)
