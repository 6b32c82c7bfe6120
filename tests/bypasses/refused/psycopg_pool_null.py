"""psycopg: a pool that keeps nothing: its connections are made when asked for."""

import os

from psycopg_pool import NullConnectionPool

import tierguard

tierguard.install()
with (
    NullConnectionPool(os.environ["PROD_URL"], timeout=1, reconnect_timeout=1) as pool,
    pool.connection() as connection,
):
    connection.execute(os.environ["ROUTE_SQL"])
