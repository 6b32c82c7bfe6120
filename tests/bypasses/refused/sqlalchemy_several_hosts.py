"""SQLAlchemy: several hosts in the query."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(
    "postgresql+psycopg://app@/prod?host=127.0.0.1:1&host={ROUTE_HOST}:{ROUTE_PORT}".format(**os.environ)
)

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
