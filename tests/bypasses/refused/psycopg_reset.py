"""psycopg: a connection to INT, which libpq itself makes anew when PROD has moved behind its path."""

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
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute("SELECT 1")
    lead_to("ROUTE_SOCKET", "ROUTE_PORT")
    connection.pgconn.reset()
    connection.execute(os.environ["ROUTE_SQL"])
