"""SQLAlchemy: raw_connection() and the driver's cursor."""

import os

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg2"))

connection = engine.raw_connection()
connection.cursor().execute(os.environ["ROUTE_SQL"])
connection.commit()
