"""INT through wrappers of the shape that OpenTelemetry and ddtrace put around drivers, before the gate and after it."""

import asyncio
import os

import asyncpg
import psycopg
import psycopg2
import psycopg2.extensions

import tierguard

url, sql = os.environ["INT_URL"], os.environ["ROUTE_SQL"]
traced = []


class Proxy:
    """What wrapt makes: everything is the wrapped object's, but what is overridden."""

    def __init__(self, wrapped):
        object.__setattr__(self, "__wrapped__", wrapped)

    def __getattr__(self, name):
        return getattr(self.__wrapped__, name)

    def __setattr__(self, name, value):
        setattr(self.__wrapped__, name, value)

    @property
    def __class__(self):
        return self.__wrapped__.__class__


class TracedConnect(Proxy):
    """A connect that gives out traced connections: ddtrace's way."""

    def __call__(self, *args, **kwargs):
        traced.append(self.__wrapped__.__name__)
        return Proxy(self.__wrapped__(*args, **kwargs))


class TracedAsyncConnect(Proxy):
    """The same for a coroutine."""

    async def __call__(self, *args, **kwargs):
        traced.append(self.__wrapped__.__name__)
        return Proxy(await self.__wrapped__(*args, **kwargs))


class TracedCursorConnect(Proxy):
    """A connect that asks for a traced kind of cursor: OpenTelemetry's way."""

    def __call__(self, *args, **kwargs):
        class TracedCursor(kwargs.pop("cursor_factory", psycopg2.extensions.cursor)):
            def execute(self, *args, **kwargs):
                traced.append("cursor")
                return super().execute(*args, **kwargs)

        return self.__wrapped__(*args, cursor_factory=TracedCursor, **kwargs)


def instrument():
    psycopg.connect = TracedConnect(psycopg.connect)
    psycopg.Connection.connect = TracedConnect(psycopg.Connection.connect)
    psycopg2.connect = TracedConnect(TracedCursorConnect(psycopg2.connect))
    asyncpg.connect = TracedAsyncConnect(asyncpg.connect)


async def use_asyncpg():
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


instrument()
tierguard.install()
instrument()
for connect in (psycopg.connect, psycopg.Connection.connect, psycopg2.connect):
    connection = connect(url)
    if not isinstance(connection, psycopg.Connection | psycopg2.extensions.connection):
        raise SystemExit("the wrappers hide what they wrap")
    connection.cursor().execute(sql)
    connection.close()
asyncio.run(use_asyncpg())
if len(traced) < 10:
    raise SystemExit(f"the wrappers were passed by: {traced}")
