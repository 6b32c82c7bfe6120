"""psycopg: a server drops a table of PROD by a text that a block of code runs."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(tierguard.resolve().url, autocommit=True) as connection:
    connection.execute(f"DO $$ BEGIN EXECUTE 'DROP TABLE person'; END $$ /* {os.environ['ROUTE_MARK']} */")
