"""psycopg: the flag and the production mode set by the program, after the choice was made."""

import os

import psycopg

import tierguard

tierguard.install()
tierguard.resolve()
os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
