"""asyncpg: PROD's sessions are ended by a query that is copied out."""

import asyncio
import io
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(os.environ["INT_BESIDE_PROD_URL"])
    harm = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'prod'"
    await connection.copy_from_query(f"{harm} /* {os.environ['ROUTE_MARK']} */", output=io.BytesIO())


asyncio.run(main())
