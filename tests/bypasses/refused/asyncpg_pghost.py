"""asyncpg: PGHOST and PGPORT, set by the program, fill a URL without a host."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()
os.environ.update(PGHOST=os.environ["ROUTE_HOST"], PGPORT=os.environ["ROUTE_PORT"])


async def main():
    connection = await asyncpg.connect("postgresql://app@/prod")
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
