"""psycopg2: a PROD that was moved here by dump and restore, dropped over the maintenance database."""

import os

import psycopg2

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["MAINTENANCE_URL"])
connection.autocommit = True
connection.cursor().execute(f"DROP DATABASE prod_copy /* {os.environ['ROUTE_MARK']} */")
