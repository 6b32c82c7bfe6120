# asyncpg on PROD, of a person: a pool whose connections have a reset of their own.
cat > attack.py <<'PY'
import asyncio
import os

import asyncpg

import tierguard


class Mine(asyncpg.Connection):
    def get_reset_query(self):
        return f"RESET ALL; {os.environ['ROUTE_SQL']}"


tierguard.install()


async def main():
    async with asyncpg.create_pool(tierguard.resolve("prod").url, connection_class=Mine, min_size=1) as pool:
        async with pool.acquire() as connection:
            await connection.fetch("SELECT 1")


asyncio.run(main())
PY
env USE_PROD_DATABASE=true python "$(dirname "$0")/../typist.py" python attack.py
