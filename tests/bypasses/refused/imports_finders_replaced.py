"""asyncpg: imported after the list of finders was replaced by the interpreter's own."""

import asyncio
import importlib
import os
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

import tierguard

tierguard.install()
sys.meta_path = [BuiltinImporter, FrozenImporter, PathFinder]
asyncpg = importlib.import_module("asyncpg")


async def main():
    connection = await asyncpg.connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])


asyncio.run(main())
