"""psycopg: a connection to INT, made anew by libpq step by step, and a cursor from before."""

import os
import time
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
with psycopg.connect(url) as connection:
    cursor = connection.cursor()
    lead_to("ROUTE_SOCKET", "ROUTE_PORT")
    connection.pgconn.reset_start()
    while connection.pgconn.reset_poll() != psycopg.pq.PollingStatus.OK:
        time.sleep(0.01)
    cursor.execute(os.environ["ROUTE_SQL"])
