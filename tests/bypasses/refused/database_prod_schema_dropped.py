"""psycopg: PROD whose schema tierguard was dropped; the comment on the database still says it."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_SCHEMA_DROPPED_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
