"""psycopg: AsyncConnection."""

import asyncio
import os

import psycopg

import tierguard

tierguard.install()


async def main():
    async with await psycopg.AsyncConnection.connect(os.environ["PROD_URL"]) as connection:
        await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
