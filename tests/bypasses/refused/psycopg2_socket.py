"""psycopg2: PROD's Unix socket."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(host=os.environ["ROUTE_SOCKET"], port=os.environ["ROUTE_PORT"], user="app", dbname="prod")
connection.cursor().execute(os.environ["ROUTE_SQL"])
