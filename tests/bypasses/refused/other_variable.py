"""psycopg: PROD's URL under a name that the project does not know."""

import os

import psycopg

import tierguard

tierguard.install()
tierguard.resolve()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
