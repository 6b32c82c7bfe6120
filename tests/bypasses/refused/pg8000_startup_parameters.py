"""pg8000: parameters of the session at start."""

import os

import pg8000.dbapi

import tierguard

tierguard.install()

connection = pg8000.dbapi.connect(
    "app",
    host=os.environ["ROUTE_HOST"],
    port=int(os.environ["ROUTE_PORT"]),
    database="prod",
    startup_params={"search_path": "pg_temp"},
    application_name="tierguard",
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
