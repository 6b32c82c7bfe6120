"""SQLAlchemy: an engine on psycopg."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg"))

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
