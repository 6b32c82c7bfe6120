"""psycopg2: PGHOSTADDR, set by the program, beside a complete URL."""

import os

import psycopg2

import tierguard

tierguard.install()
os.environ["PGHOSTADDR"] = os.environ["ROUTE_HOST"]
connection = psycopg2.connect("postgresql://app@int.test:{ROUTE_PORT}/prod".format(**os.environ))
connection.cursor().execute(os.environ["ROUTE_SQL"])
