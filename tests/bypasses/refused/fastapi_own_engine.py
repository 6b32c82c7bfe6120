"""FastAPI: an application with an engine of its own."""

import os

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine

import tierguard

tierguard.install()
app = FastAPI()
engine = create_engine(os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg"))


@app.get("/")
def index():
    with engine.begin() as connection:
        connection.exec_driver_sql(os.environ["ROUTE_SQL"])


TestClient(app).get("/")
