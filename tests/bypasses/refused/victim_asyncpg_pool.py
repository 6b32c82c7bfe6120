"""asyncpg: DROP DATABASE by a pool."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    async with asyncpg.create_pool(os.environ["INT_BESIDE_PROD_URL"], min_size=1) as pool:
        await pool.execute(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */")


asyncio.run(main())
