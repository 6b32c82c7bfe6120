# asyncpg on PROD, of a person: a pool that resets its connections reads.
cat > reads.py <<'PY'
import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    async with asyncpg.create_pool(tierguard.resolve("prod").url, min_size=1) as pool:
        for _ in range(2):
            await pool.fetch(f"SELECT count(*) FROM person /* {os.environ['ROUTE_MARK']} */")


asyncio.run(main())
PY
env USE_PROD_DATABASE=true python "$(dirname "$0")/../typist.py" python reads.py
