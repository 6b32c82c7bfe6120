"""asyncpg: ALTER DATABASE by fetch."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(os.environ["INT_BESIDE_PROD_URL"])
    statement = f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */"
    await connection.fetch(statement)


asyncio.run(main())
