"""psycopg: an unmarked database whose only table belongs to an extension."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["EXTENSION_TABLES_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
