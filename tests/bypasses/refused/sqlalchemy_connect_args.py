"""SQLAlchemy: connect_args beside INT's URL."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(
    os.environ["INT_URL"].replace("postgresql", "postgresql+psycopg"),
    connect_args={"host": os.environ["ROUTE_HOST"], "port": os.environ["ROUTE_PORT"], "dbname": "prod"},
)

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
