"""asyncpg: the modules that connect, reloaded after the gate was installed."""

import asyncio
import importlib
import os

import asyncpg
import asyncpg.connect_utils

import tierguard

tierguard.install()
importlib.reload(asyncpg.connect_utils)
importlib.reload(asyncpg.connection)
importlib.reload(asyncpg)


async def main():
    connection = await asyncpg.connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
