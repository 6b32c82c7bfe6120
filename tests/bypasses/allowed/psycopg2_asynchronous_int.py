"""psycopg2: an asynchronous connection to INT."""

import os

import psycopg2
from psycopg2.extras import wait_select

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_URL"], async_=1)
wait_select(connection)
cursor = connection.cursor()
cursor.execute(os.environ["ROUTE_SQL"])
wait_select(connection)
