"""psycopg: options within INT's URL."""

import os

import psycopg

import tierguard

tierguard.install()

with psycopg.connect(os.environ["INT_URL"] + "?options=-csearch_path%3Dpublic&application_name=mine") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
