"""psycopg2: connect() with PROD's URL."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
