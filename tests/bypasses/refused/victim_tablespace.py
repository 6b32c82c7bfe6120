"""asyncpg: a tablespace of PROD's server is altered from INT beside it."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def alter():
    connection = await asyncpg.connect(os.environ["INT_BESIDE_PROD_URL"])
    await connection.execute(f"ALTER TABLESPACE pg_default SET (random_page_cost = 9) /* {os.environ['ROUTE_MARK']} */")


asyncio.run(alter())
