"""psycopg: a pool that keeps nothing: its connections are made when asked for."""

import os

from psycopg_pool import NullConnectionPool

import tierguard

LIMIT = float(os.environ["LIMIT"])  # seconds

tierguard.install()
with (
    NullConnectionPool(os.environ["PROD_URL"], timeout=LIMIT, reconnect_timeout=LIMIT) as pool,
    pool.connection() as connection,
):
    connection.execute(os.environ["ROUTE_SQL"])
