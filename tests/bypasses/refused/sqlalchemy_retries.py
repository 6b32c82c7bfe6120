"""SQLAlchemy: a decorator that tries again on every error. Exits with 1: the program gives up by itself."""

import os
import sys

from sqlalchemy import create_engine

import tierguard

tierguard.install()

engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg"))

for _ in range(4):
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(os.environ["ROUTE_SQL"])
    except Exception:  # noqa: BLE001, S112
        continue
sys.exit(1)
