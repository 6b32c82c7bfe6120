"""Celery: a task that builds its own engine."""

import os

from celery import Celery
from sqlalchemy import create_engine

import tierguard

tierguard.install()
app = Celery("old", broker="memory://")
app.conf.task_always_eager = True


@app.task
def work():
    engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg2"))
    with engine.begin() as connection:
        connection.exec_driver_sql(os.environ["ROUTE_SQL"])


work.delay().get()
