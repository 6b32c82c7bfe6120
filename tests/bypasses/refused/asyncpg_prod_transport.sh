# asyncpg on PROD, of a person: the protocol that the transport knows, and a session made writable.
cat > attack.py <<'PY'
import asyncio
import os

import asyncpg

import tierguard

tierguard.install()


async def main():
    connection = await asyncpg.connect(tierguard.resolve("prod").url)
    protocol = connection._transport.get_protocol()
    await protocol.query("SET default_transaction_read_only = off", 10)
    await protocol.query(os.environ["ROUTE_SQL"], 10)


asyncio.run(main())
PY
env USE_PROD_DATABASE=true python "$(dirname "$0")/../typist.py" python attack.py
