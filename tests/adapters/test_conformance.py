"""Every adapter passes the kit that is offered to third parties."""

from urllib.parse import urlsplit

import asyncpg
import pg8000.dbapi
import pg8000.native
import psycopg
import psycopg2

from tierguard.testing import DriverConformance


class FetchOne:
    """What the drivers with DB-API cursors have in common."""

    def run(self, connection, sql):
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchone()[0]

    def close(self, connection):
        connection.close()


class TestPsycopg(FetchOne, DriverConformance):
    reloads = ("psycopg.connection", "psycopg")

    def connect(self, url):
        return psycopg.connect(url)


class TestPsycopgAsync(DriverConformance):
    reloads = ("psycopg.connection_async", "psycopg")

    async def connect(self, url):
        return await psycopg.AsyncConnection.connect(url)

    async def run(self, connection, sql):
        cursor = await connection.execute(sql)
        return (await cursor.fetchone())[0]

    async def close(self, connection):
        await connection.close()


class TestPsycopg2(FetchOne, DriverConformance):
    reloads = ("psycopg2._psycopg", "psycopg2.extensions", "psycopg2")

    def connect(self, url):
        return psycopg2.connect(url)


class TestAsyncpg(DriverConformance):
    reloads = ("asyncpg.connect_utils", "asyncpg.connection", "asyncpg")

    async def connect(self, url):
        return await asyncpg.connect(url, ssl=False)

    async def run(self, connection, sql):
        return await connection.fetchval(sql)

    async def close(self, connection):
        await connection.close()


def keywords(url):
    parts = urlsplit(url)
    return {"user": parts.username, "host": parts.hostname, "port": parts.port, "database": parts.path[1:]}


class TestPg8000(FetchOne, DriverConformance):
    reloads = ("pg8000.core", "pg8000.legacy", "pg8000.dbapi")

    def connect(self, url):
        return pg8000.dbapi.connect(**keywords(url))


class TestPg8000Native(DriverConformance):
    reloads = ("pg8000.core", "pg8000.native")

    def connect(self, url):
        return pg8000.native.Connection(**keywords(url))

    def run(self, connection, sql):
        return connection.run(sql)[0][0]

    def close(self, connection):
        connection.close()


del DriverConformance  # it is no test of ours
