"""SQLAlchemy: asynchronous engines on INT."""

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

    for driver in ("psycopg", "asyncpg"):
        engine = create_async_engine(os.environ["INT_URL"].replace("postgresql", f"postgresql+{driver}"))
        async with engine.begin() as connection:
            await connection.exec_driver_sql(os.environ["ROUTE_SQL"])
        await engine.dispose()


asyncio.run(main())
