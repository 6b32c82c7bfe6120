"""asyncpg: ?host= in the query."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(
        "postgresql://app@/prod?host={ROUTE_HOST}&port={ROUTE_PORT}".format(**os.environ)
    )
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
