"""SQLAlchemy: an asynchronous engine on asyncpg."""

import asyncio
import importlib.util
import os
import sys

import tierguard

tierguard.install()
if importlib.util.find_spec("greenlet") is None:
    sys.exit(77)


async def main():
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+asyncpg"))
    async with engine.connect() as connection:
        await connection.exec_driver_sql(os.environ["ROUTE_SQL"])


asyncio.run(main())
