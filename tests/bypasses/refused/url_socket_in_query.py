"""psycopg: PROD's Unix socket in the query."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"postgresql://app@/prod?host={os.environ['ROUTE_SOCKET']}&port={os.environ['ROUTE_PORT']}"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
