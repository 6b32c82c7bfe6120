"""psycopg2: a block that is given as a value."""

import os

import psycopg2

import tierguard

tierguard.install()
block = f"BEGIN EXECUTE 'ALTER DATABASE prod SET search_path = evil /* {os.environ['ROUTE_MARK']} */'; END"
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
connection.cursor().execute("DO %s", (block,))
