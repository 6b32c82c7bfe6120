"""psycopg2: extras.DictConnection, a subclass that comes with the driver, called directly."""

import os

from psycopg2.extras import DictConnection

import tierguard

tierguard.install()

connection = DictConnection(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
