"""psycopg: template databases as pytest-postgresql makes them, on a server with much that is unmarked."""

import os
from urllib.parse import urlsplit

import psycopg

import tierguard

tierguard.install()
url = urlsplit(os.environ["MAINTENANCE_URL"])
with psycopg.connect(url.geturl(), autocommit=True) as connection:
    connection.execute('CREATE DATABASE "tests_tmpl" IS_TEMPLATE true')
    with psycopg.connect(url._replace(path="/tests_tmpl").geturl()) as filling:
        filling.execute("CREATE TABLE person AS SELECT 1 AS id")
    for _ in range(2):
        connection.execute('CREATE DATABASE "tests" TEMPLATE "tests_tmpl"')
        with psycopg.connect(url._replace(path="/tests").geturl()) as using:
            using.execute(os.environ["ROUTE_SQL"])
        connection.execute("UPDATE pg_database SET datallowconn = false WHERE datname = 'tests'")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", ("tests",))
        connection.execute('DROP DATABASE IF EXISTS "tests"')
    connection.execute('ALTER DATABASE "tests_tmpl" IS_TEMPLATE false')
    connection.execute('DROP DATABASE IF EXISTS "tests_tmpl"')
    connection.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = %L', current_database(), '5MB'); END $$"
    )
