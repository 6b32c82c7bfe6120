"""asyncpg: the driver is imported after the gate was installed."""

import asyncio
import os

import tierguard

tierguard.install()


async def main():
    import asyncpg

    connection = await asyncpg.connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
