"""psycopg2: DROP DATABASE from INT in PROD's own server."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
connection.cursor().execute(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */")
