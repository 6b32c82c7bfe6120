"""SQLAlchemy: async_creator= beside INT's URL."""

import asyncio
import importlib.util
import os
import sys

import asyncpg

import tierguard

tierguard.install()
if importlib.util.find_spec("greenlet") is None:
    sys.exit(77)


async def make():
    return await asyncpg.connect(os.environ["PROD_URL"])


async def main():
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(os.environ["INT_URL"].replace("postgresql", "postgresql+asyncpg"), async_creator=make)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(os.environ["ROUTE_SQL"])


asyncio.run(main())
