"""SQLAlchemy: a QueuePool that replaces a dead connection, by a creator that has changed its mind."""

import os

import psycopg
from sqlalchemy import create_engine

import tierguard

tierguard.install()
urls = [os.environ["PROD_URL"], os.environ["INT_URL"]]
engine = create_engine(
    os.environ["INT_URL"].replace("postgresql", "postgresql+psycopg"),
    creator=lambda: psycopg.connect(urls.pop()),
    pool_pre_ping=True,
)

with engine.connect() as connection:
    connection.exec_driver_sql("SELECT 1")
    connection.invalidate()

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
