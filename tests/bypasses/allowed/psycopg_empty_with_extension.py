"""psycopg: an empty local database becomes INT at the first connection, also with an extension that has no tables."""

import json
import os

os.environ["TEST_DATABASE_URL"] = os.environ["EMPTY_WITH_EXTENSION_URL"]
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve("int").url) as connection:
    connection.execute("CREATE TABLE person (id int)")
    connection.execute(os.environ["ROUTE_SQL"])
    marker = connection.execute("SELECT obj_description('tierguard'::regnamespace)").fetchone()[0]
if json.loads(marker)["tier"] != "int":
    raise SystemExit(marker)
