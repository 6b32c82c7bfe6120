"""psycopg: an asynchronous pool."""

import asyncio
import os

from psycopg_pool import AsyncConnectionPool

import tierguard

LIMIT = float(os.environ["LIMIT"])  # seconds

tierguard.install()


async def main():
    async with AsyncConnectionPool(os.environ["PROD_URL"], min_size=1, timeout=LIMIT, reconnect_timeout=LIMIT) as pool:  # noqa: SIM117
        async with pool.connection() as connection:
            await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
