"""psycopg: an empty conninfo; every part comes from the environment."""

import os

import psycopg

import tierguard

tierguard.install()
os.environ.update(
    PGHOST=os.environ["ROUTE_HOST"], PGPORT=os.environ["ROUTE_PORT"], PGUSER=os.environ["ROUTE_USER"], PGDATABASE="prod"
)
with psycopg.connect("") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
