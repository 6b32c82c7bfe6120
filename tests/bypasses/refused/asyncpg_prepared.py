"""asyncpg: a prepared statement."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(os.environ["PROD_URL"])
    statement = await connection.prepare(os.environ["ROUTE_SQL"])
    await statement.fetch()


asyncio.run(main())
