"""psycopg2: PROD's marker is deleted from the catalogue of comments."""

import os

import psycopg2

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
connection.cursor().execute(f"DELETE FROM pg_catalog.pg_shdescription /* {os.environ['ROUTE_MARK']} */")
