"""SQLAlchemy: an old module that builds its own engine from os.environ, after the settings were imported."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()
settings = tierguard.resolve()
os.environ.setdefault("DATABASE_URL", os.environ["PROD_URL"])
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql", "postgresql+psycopg"))

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
