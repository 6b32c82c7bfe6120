"""psycopg: pipeline mode, which sends before it reads."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"], autocommit=True) as connection, connection.pipeline():
    connection.execute(os.environ["ROUTE_SQL"])
