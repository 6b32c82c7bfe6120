"""asyncpg: connect() with PROD's URL."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
