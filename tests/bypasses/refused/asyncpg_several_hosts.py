"""asyncpg: several hosts of which the first is down."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(
        "postgresql://app@127.0.0.1:1,{ROUTE_HOST}:{ROUTE_PORT}/prod".format(**os.environ)
    )
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
