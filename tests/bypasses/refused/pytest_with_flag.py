"""psycopg: a child of pytest with the flag and the production mode (R1)."""

import os

os.environ.update(PYTEST_VERSION="9", USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
