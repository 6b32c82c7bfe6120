"""psycopg2: an asynchronous connection, which is not even open when it is returned."""

import os

import psycopg2
from psycopg2.extras import wait_select

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["PROD_URL"], async_=1)
wait_select(connection)
connection.cursor().execute(os.environ["ROUTE_SQL"])
wait_select(connection)
