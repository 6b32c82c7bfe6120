"""asyncpg: target_session_attrs tries one host after the other."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(
        "postgresql://app@{INT_HOST}:{INT_PORT},{ROUTE_HOST}:{ROUTE_PORT}/prod".format(**os.environ),
        target_session_attrs="read-write",
    )
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
