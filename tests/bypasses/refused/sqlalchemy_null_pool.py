"""SQLAlchemy: NullPool, which connects anew every time; the second time elsewhere."""

import os

from sqlalchemy import NullPool, create_engine, event

import tierguard

tierguard.install()

engine = create_engine(os.environ["INT_URL"].replace("postgresql", "postgresql+psycopg"), poolclass=NullPool)

target = {}


@event.listens_for(engine, "do_connect")
def change(dialect, record, arguments, parameters):  # noqa: ARG001
    parameters.update(target)


with engine.connect() as connection:
    connection.exec_driver_sql("SELECT 1")
target.update(host=os.environ["ROUTE_HOST"], port=os.environ["ROUTE_PORT"], dbname="prod")

with engine.connect() as connection:
    connection.exec_driver_sql(os.environ["ROUTE_SQL"])
