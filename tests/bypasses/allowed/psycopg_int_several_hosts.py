"""psycopg: INT among several hosts of which the first is down."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect("postgresql://app@127.0.0.1:1,{INT_HOST}:{INT_PORT}/app_int".format(**os.environ)) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
