"""asyncpg: ALTER DATABASE by cursor."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(os.environ["INT_BESIDE_PROD_URL"])
    statement = f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */"
    async with connection.transaction():
        await connection.cursor(statement)


asyncio.run(main())
