"""asyncpg: a name bound before the gate was installed."""

import asyncio
import os

from asyncpg import connect

import tierguard

tierguard.install()


async def main():
    connection = await connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
