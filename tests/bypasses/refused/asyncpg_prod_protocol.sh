# asyncpg on PROD, of a person: the protocol's own query, with the transaction's end in the same text.
cat > attack.py <<'PY'
import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(tierguard.resolve("prod").url)
    send = connection._protocol.query
    await send(f"ROLLBACK; BEGIN READ WRITE; {os.environ['ROUTE_SQL']}; COMMIT", 10)


asyncio.run(main())
PY
env USE_PROD_DATABASE=true python "$(dirname "$0")/../typist.py" python attack.py
