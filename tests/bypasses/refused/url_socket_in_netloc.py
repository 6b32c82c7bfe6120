"""psycopg: PROD's Unix socket, percent-encoded, as the host."""

import os
from urllib.parse import quote

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"postgresql://app@{quote(os.environ['ROUTE_SOCKET'], safe='')}:{os.environ['ROUTE_PORT']}/prod"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
