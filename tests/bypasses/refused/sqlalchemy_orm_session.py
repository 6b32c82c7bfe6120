"""SQLAlchemy: an ORM session that flushes."""

import os

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import tierguard

tierguard.install()

engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg2"))

with Session(engine) as session:
    session.execute(text(os.environ["ROUTE_SQL"]))
    session.commit()
