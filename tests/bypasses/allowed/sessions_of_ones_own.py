"""Every driver: a session that this process began is ended beside PROD, by its number or as a value."""

import asyncio
import os

import asyncpg
import psycopg
import psycopg2

import tierguard

tierguard.install()
url = os.environ["INT_BESIDE_PROD_URL"]
mine = [psycopg.connect(url) for _ in range(3)]
numbers = [each.info.backend_pid for each in mine]


async def end(number):
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT pg_terminate_backend($1)", number)
    await connection.close()


with psycopg.connect(url, autocommit=True) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
    connection.execute("SELECT pg_terminate_backend(%s)", numbers[:1])
with psycopg2.connect(url).cursor() as cursor:
    cursor.execute(f"SELECT pg_terminate_backend({numbers[1]})")
asyncio.run(end(numbers[2]))
for each in mine:
    try:
        each.execute("SELECT 1")
    except psycopg.OperationalError:
        continue
    raise SystemExit("a session of one's own goes on")
