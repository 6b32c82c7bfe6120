"""psycopg: a server makes a temporary namesake, and has the name mean PROD's table again."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url, autocommit=True) as connection:
    connection.execute("CREATE TEMP TABLE person (id int)")
    connection.execute(f"SET search_path = public, pg_temp; TRUNCATE person /* {os.environ['ROUTE_MARK']} */")
