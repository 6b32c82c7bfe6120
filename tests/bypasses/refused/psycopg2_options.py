"""psycopg2: options that hide the session."""

import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["PROD_URL"], options="-c search_path=pg_temp -c statement_timeout=1s")
connection.cursor().execute(os.environ["ROUTE_SQL"])
