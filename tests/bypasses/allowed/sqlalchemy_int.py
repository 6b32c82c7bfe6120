"""SQLAlchemy: INT on every driver, by creator= and connect_args too."""

import os

import psycopg
from sqlalchemy import NullPool, create_engine

import tierguard

tierguard.install()
url = os.environ["INT_URL"]
engines = [
    create_engine(url.replace("postgresql", f"postgresql+{driver}")) for driver in ("psycopg", "psycopg2", "pg8000")
]
engines.append(create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool))
engines.append(
    create_engine(
        "postgresql+psycopg://app@/app_int",
        connect_args={"host": os.environ["INT_SOCKET"], "port": os.environ["INT_PORT"]},
    )
)
for engine in engines:
    for _ in range(2):
        with engine.begin() as connection:
            connection.exec_driver_sql(os.environ["ROUTE_SQL"])
    engine.dispose()
