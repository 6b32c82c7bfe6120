"""SQLAlchemy: DROP DATABASE on psycopg2, in AUTOCOMMIT."""

import os

from sqlalchemy import create_engine, text

import tierguard

tierguard.install()

engine = create_engine(
    os.environ["INT_BESIDE_PROD_URL"].replace("postgresql", "postgresql+psycopg2"), isolation_level="AUTOCOMMIT"
)
with engine.connect() as connection:
    connection.execute(text(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */"))
