"""SQLAlchemy: creator= on psycopg2 beside INT's URL."""

import os

from psycopg2 import connect
from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(
    os.environ["INT_URL"].replace("postgresql", "postgresql+psycopg2"), creator=lambda: connect(os.environ["PROD_URL"])
)

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
