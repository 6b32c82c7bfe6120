"""psycopg: PROD copied by a template whose name is written as a string."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"CREATE DATABASE mine TEMPLATE 'prod' /* {os.environ['ROUTE_MARK']} */"
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
