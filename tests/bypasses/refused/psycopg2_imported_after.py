"""psycopg2: the driver is imported after the gate was installed."""

import os

import tierguard

tierguard.install()
import psycopg2  # noqa: E402

connection = psycopg2.connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
