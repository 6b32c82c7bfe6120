"""SQLAlchemy: an engine on pg8000."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+pg8000"))

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
