# asyncpg: the same with no environment at all.
exec env -i "$(command -v python)" -c 'import asyncio, asyncpg, sys
async def main():
    await (await asyncpg.connect(sys.argv[1])).execute(sys.argv[2])
asyncio.run(main())' "$PROD_URL" "$ROUTE_SQL"
