"""asyncpg: a pool that connects at first use."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    async with asyncpg.create_pool(os.environ["PROD_URL"], min_size=0) as pool:
        await pool.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
