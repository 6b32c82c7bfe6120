"""SQLAlchemy: creator= beside INT's URL."""

import os

import psycopg
from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(
    os.environ["INT_URL"].replace("postgresql", "postgresql+psycopg"),
    creator=lambda: psycopg.connect(os.environ["PROD_URL"]),
)

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
