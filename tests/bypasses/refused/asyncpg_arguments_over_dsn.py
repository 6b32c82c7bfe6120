"""asyncpg: arguments win over INT's URL."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(
        os.environ["INT_URL"], host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod"
    )
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
