"""psycopg: a database and a role that a process makes in PROD's own server are used, filled and dropped by it."""

import os
from urllib.parse import urlsplit

import psycopg

import tierguard

tierguard.install()
url = os.environ["INT_BESIDE_PROD_URL"]
mine = urlsplit(url)._replace(path="/made_here").geturl()
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute("CREATE DATABASE made_here")
    connection.execute("CREATE ROLE made_here LOGIN")
    with psycopg.connect(mine, autocommit=True) as inside:
        inside.execute("CREATE TABLE person AS SELECT 1 AS id")
        inside.execute(os.environ["ROUTE_SQL"])
    connection.execute("ALTER ROLE made_here NOLOGIN")
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'made_here' AND pid <> pg_backend_pid()"
    )
    connection.execute("DROP DATABASE made_here WITH (FORCE)")
    connection.execute("DROP ROLE made_here")
