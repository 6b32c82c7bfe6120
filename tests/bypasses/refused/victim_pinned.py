"""asyncpg: a PROD that is only pinned, dropped over INT's own database."""

import asyncio
import os
from pathlib import Path

import asyncpg

import tierguard

Path("tierguard.pins.json").write_text(os.environ["PINS"])
tierguard.install()


async def main():
    connection = await asyncpg.connect(os.environ["INT_URL"])
    await connection.execute(f"DROP DATABASE pinned /* {os.environ['ROUTE_MARK']} */")


asyncio.run(main())
