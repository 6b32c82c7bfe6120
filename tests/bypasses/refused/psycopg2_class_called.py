"""psycopg2: extensions.connection, called without connect()."""

import os

import psycopg2.extensions

import tierguard

tierguard.install()

connection = psycopg2.extensions.connection(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
