"""psycopg2: COPY in autocommit."""

import io
import os

import psycopg2

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["PROD_URL"])
connection.autocommit = True
connection.cursor().copy_expert(f"COPY person FROM STDIN /* {os.environ['ROUTE_MARK']} */", io.StringIO("0\n"))
