"""psycopg: a pool, which tries again by itself."""

import os

from psycopg_pool import ConnectionPool

import tierguard

LIMIT = float(os.environ["LIMIT"])  # seconds

tierguard.install()
with (
    ConnectionPool(os.environ["PROD_URL"], min_size=1, timeout=LIMIT, reconnect_timeout=LIMIT) as pool,
    pool.connection() as connection,
):
    connection.execute(os.environ["ROUTE_SQL"])
