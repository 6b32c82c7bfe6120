"""psycopg: the tools' own application name buys nothing."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(f"{os.environ['PROD_URL']}?application_name=tierguard") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
