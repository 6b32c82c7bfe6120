"""psycopg: an empty database becomes STG at the first connection, also where the URL has its host's name."""

import json
import os

os.environ["STG_DATABASE_URL"] = os.environ["EMPTY_BY_NAME_URL"]
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve("stg").url) as connection:
    connection.execute("CREATE TABLE person (id int)")
    connection.execute(os.environ["ROUTE_SQL"])
    marker = connection.execute("SELECT obj_description('tierguard'::regnamespace)").fetchone()[0]
if json.loads(marker)["tier"] != "stg":
    raise SystemExit(marker)
