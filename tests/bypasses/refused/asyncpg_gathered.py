"""asyncpg: many connections at once, whose errors are collected. Exits with 1: the program gives up by itself."""

import asyncio
import os
import sys

import asyncpg

import tierguard

tierguard.install()


async def main():
    async def one():
        connection = await asyncpg.connect(os.environ["PROD_URL"])
        await connection.execute(os.environ["ROUTE_SQL"])

    results = await asyncio.gather(*(one() for _ in range(5)), return_exceptions=True)
    sys.exit(all(isinstance(result, tierguard.errors.IdentityRefused) for result in results))


asyncio.run(main())
