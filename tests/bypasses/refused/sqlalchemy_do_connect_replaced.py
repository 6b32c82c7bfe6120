"""SQLAlchemy: a do_connect listener that returns a connection of its own."""

import os

import psycopg
from sqlalchemy import create_engine, event

import tierguard

tierguard.install()

engine = create_engine(os.environ["INT_URL"].replace("postgresql", "postgresql+psycopg"))


@event.listens_for(engine, "do_connect")
def replace(dialect, record, arguments, parameters):  # noqa: ARG001
    return psycopg.connect(os.environ["PROD_URL"])


with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
