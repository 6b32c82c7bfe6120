"""psycopg2: a server empties a table of PROD in a transaction that it then commits."""

import os

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg2

import tierguard

tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url)
connection.cursor().execute(f"TRUNCATE person /* {os.environ['ROUTE_MARK']} */")
connection.commit()
