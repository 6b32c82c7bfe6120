"""SQLAlchemy: DROP DATABASE on pg8000, in AUTOCOMMIT."""

import os

from sqlalchemy import create_engine, text

import tierguard

tierguard.install()

engine = create_engine(
    os.environ["INT_BESIDE_PROD_URL"].replace("postgresql", "postgresql+pg8000"), isolation_level="AUTOCOMMIT"
)
with engine.connect() as connection:
    connection.execute(text(f"DROP DATABASE prod /* {os.environ['ROUTE_MARK']} */"))
