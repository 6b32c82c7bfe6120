"""psycopg: AsyncConnection and an asynchronous pool on INT."""

import asyncio
import os

import psycopg
from psycopg_pool import AsyncConnectionPool

import tierguard

tierguard.install()


async def main():
    async with await psycopg.AsyncConnection.connect(os.environ["INT_URL"]) as connection:
        await connection.execute(os.environ["ROUTE_SQL"])
    async with AsyncConnectionPool(os.environ["INT_URL"]) as pool, pool.connection() as connection:
        await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
