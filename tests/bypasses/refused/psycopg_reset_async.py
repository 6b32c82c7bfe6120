"""psycopg: a connection to INT in an asynchronous program, made anew by libpq, and a COPY."""

import asyncio
import os
from pathlib import Path

import psycopg

import tierguard

tierguard.install()
place = Path("door", ".s.PGSQL.5432")
place.parent.mkdir()


def lead_to(socket, port):
    """Let the same path be another server's socket, as a service does that moves."""
    place.unlink(missing_ok=True)
    place.symlink_to(Path(os.environ[socket], f".s.PGSQL.{os.environ[port]}"))


lead_to("INT_SOCKET", "INT_PORT")
url = f"host={place.parent.absolute()} port=5432 user=app dbname=prod"


async def main():
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        lead_to("ROUTE_SOCKET", "ROUTE_PORT")
        connection.pgconn.reset()
        async with connection.cursor().copy(f"COPY person FROM STDIN /* {os.environ['ROUTE_MARK']} */") as copy:
            await copy.write_row((0,))


asyncio.run(main())
