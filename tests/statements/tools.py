"""Ask a database what tools ask it: run as a script of its own, outside of any project."""

import asyncio
import sys

import asyncpg
import psycopg
import sqlalchemy
from psycopg.types.composite import CompositeInfo
from psycopg.types.enum import EnumInfo
from psycopg.types.range import RangeInfo

OF_A_TABLE = (
    "get_columns", "get_indexes", "get_foreign_keys", "get_pk_constraint", "get_unique_constraints",
    "get_check_constraints", "get_table_comment", "get_table_options", "has_table",
)  # fmt: skip
OF_A_DATABASE = ("get_table_names", "get_view_names", "get_materialized_view_names", "get_schema_names", "get_enums")


def ask_by_sqlalchemy(url):
    for driver in ("psycopg", "psycopg2", "pg8000"):
        engine = sqlalchemy.create_engine(url.replace("postgresql://", f"postgresql+{driver}://"))
        inspector = sqlalchemy.inspect(engine)
        for name in OF_A_DATABASE:
            getattr(inspector, name)()
        for name in OF_A_TABLE:
            getattr(inspector, name)("people")
        inspector.get_view_definition("adults")
        sqlalchemy.MetaData().reflect(engine)
        engine.dispose()


def ask_by_psycopg(url):
    with psycopg.connect(url) as connection:
        for kind, name in ((psycopg.types.TypeInfo, "mood"), (EnumInfo, "mood"), (CompositeInfo, "pair")):
            kind.fetch(connection, name)
        RangeInfo.fetch(connection, "int4range")
        connection.execute("SELECT 1")


async def ask_by_asyncpg(url):
    connection = await asyncpg.connect(url)
    await connection.fetch("SELECT 'ok'::mood, ROW(1, 'x')::pair, ARRAY[ROW(1, 'x')::pair], int4range(1, 2)")
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
    async with connection.transaction(readonly=True):
        await connection.fetchval("SELECT count(*) FROM people WHERE id = $1", 1)
    await connection.close()


if __name__ == "__main__":
    ask_by_sqlalchemy(sys.argv[1])
    ask_by_psycopg(sys.argv[1])
    asyncio.run(ask_by_asyncpg(sys.argv[1]))
