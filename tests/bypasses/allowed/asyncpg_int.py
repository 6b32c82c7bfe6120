"""asyncpg: INT by connect(), a pool, a connection_class and a prepared statement."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


class Mine(asyncpg.Connection):
    pass


async def main():
    connection = await asyncpg.connect(os.environ["INT_URL"], connection_class=Mine, statement_cache_size=0)
    await connection.execute(os.environ["ROUTE_SQL"])
    await (await connection.prepare("SELECT $1::int")).fetchval(1)
    await connection.close()
    async with asyncpg.create_pool(os.environ["INT_URL"], min_size=2) as pool:
        await pool.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
