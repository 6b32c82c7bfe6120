"""SQLAlchemy: a connect listener that speaks to the server before anybody else."""

import os

from sqlalchemy import create_engine, event

import tierguard

tierguard.install()

engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg"))


@event.listens_for(engine, "connect")
def configure(connection, record):  # noqa: ARG001
    connection.execute(os.environ["ROUTE_SQL"])


with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
