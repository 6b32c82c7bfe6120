"""asyncpg: PROD's Unix socket."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(
        host=os.environ["ROUTE_SOCKET"], port=int(os.environ["ROUTE_PORT"]), user="app", database="prod"
    )
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
