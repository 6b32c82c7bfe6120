"""psycopg: template1 of PROD's server, from which every new database there is made."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_MAINTENANCE_URL"].replace("/postgres", "/template1")) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
