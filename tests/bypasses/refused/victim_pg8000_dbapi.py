"""pg8000: DROP DATABASE by the DB-API."""

import os

import pg8000.dbapi

import tierguard

tierguard.install()

connection = pg8000.dbapi.connect(
    "app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="int_beside_prod"
)
connection.autocommit = True
connection.cursor().execute(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */")
