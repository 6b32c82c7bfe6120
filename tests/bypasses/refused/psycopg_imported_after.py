"""psycopg: the driver is imported after the gate was installed."""

import os

import tierguard

tierguard.install()
import psycopg  # noqa: E402

with psycopg.Connection.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
