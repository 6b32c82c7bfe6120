"""asyncpg: a pool whose init callback speaks to the server first."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    async def init(connection):
        await connection.execute(os.environ["ROUTE_SQL"])

    async with asyncpg.create_pool(os.environ["PROD_URL"], init=init) as pool:
        await pool.fetch("SELECT 1")


asyncio.run(main())
