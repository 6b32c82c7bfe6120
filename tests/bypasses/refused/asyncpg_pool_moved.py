"""asyncpg: a pool on INT that is given other arguments, as a refreshed secret is, and so reconnects to PROD."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    async with asyncpg.create_pool(os.environ["INT_URL"], min_size=1) as pool:
        pool.set_connect_args(os.environ["PROD_URL"])
        await pool.expire_connections()
        await pool.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
