"""asyncpg: a spawned child of a spawned child."""

import asyncio
import multiprocessing
import os
import sys

import asyncpg

import tierguard


async def connect(url):
    connection = await asyncpg.connect(url)
    await connection.execute(os.environ["ROUTE_SQL"])


def work(depth):
    if not depth:
        asyncio.run(connect(os.environ["PROD_URL"]))
        return
    child = multiprocessing.get_context("spawn").Process(target=work, args=(depth - 1,))
    child.start()
    child.join()
    sys.exit(child.exitcode)


if __name__ == "__main__":
    tierguard.install()
    work(2)
