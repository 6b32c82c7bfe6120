"""psycopg: an asynchronous pool. Exits with 1: what its caller sees is the pool's timeout."""

import asyncio
import os

from psycopg_pool import AsyncConnectionPool

import tierguard

tierguard.install()


async def main():
    async with AsyncConnectionPool(os.environ["PROD_URL"], min_size=1, timeout=1, reconnect_timeout=1) as pool:  # noqa: SIM117
        async with pool.connection() as connection:
            await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
