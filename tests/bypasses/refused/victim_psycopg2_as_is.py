"""psycopg2: PROD's name is put in by AsIs."""

import os

import psycopg2
from psycopg2.extensions import AsIs

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"])
connection.autocommit = True
statement = f"%s DATABASE %s RENAME TO gone /* {os.environ['ROUTE_MARK']} */"
connection.cursor().execute(statement, [AsIs("ALTER"), AsIs("prod")])
