"""asyncpg: a connection_class that says whatever it likes."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


class Mine(asyncpg.Connection):
    async def fetchval(self, *_, **__):
        return "int"

    async def copy_from_query(self, *_, **__):
        return "COPY 1"


async def main():
    connection = await asyncpg.connect(os.environ["PROD_URL"], connection_class=Mine)
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
