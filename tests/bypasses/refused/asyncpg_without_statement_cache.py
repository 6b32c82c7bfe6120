"""asyncpg: the settings for a transaction pooler, and settings of the session."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(
        os.environ["PROD_URL"],
        statement_cache_size=0,
        server_settings={"search_path": "pg_temp", "application_name": "tierguard"},
    )
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
