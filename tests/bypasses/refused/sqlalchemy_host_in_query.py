"""SQLAlchemy: ?host= and ?port= in the URL."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine("postgresql+psycopg://app@/prod?host={ROUTE_HOST}&port={ROUTE_PORT}".format(**os.environ))

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
