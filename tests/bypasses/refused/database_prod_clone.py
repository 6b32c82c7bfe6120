"""psycopg: a clone of PROD, made by createdb --template."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_CLONE_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
