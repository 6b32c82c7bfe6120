"""psycopg: DROP DATABASE by AsyncConnection."""

import asyncio
import os

import psycopg

import tierguard

tierguard.install()


async def main():
    async with await psycopg.AsyncConnection.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS prod WITH (FORCE) /* {os.environ['ROUTE_MARK']} */")


asyncio.run(main())
