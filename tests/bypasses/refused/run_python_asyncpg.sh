# tierguard run: a module run by name, on asyncpg.
cat > job.py <<'PYTHON'
import asyncio
import os
import asyncpg
async def main():
    connection = await asyncpg.connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])
asyncio.run(main())
PYTHON
exec tierguard run -- python -m job
