"""psycopg: another project's INT."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["OTHER_PROJECT_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
