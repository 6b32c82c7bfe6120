"""FastAPI: an application that uses asyncpg when it starts."""

import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from fastapi.testclient import TestClient

import tierguard

tierguard.install()


@asynccontextmanager
async def lifespan(_):
    connection = await asyncpg.connect(os.environ["PROD_URL"])
    await connection.execute(os.environ["ROUTE_SQL"])
    yield


with TestClient(FastAPI(lifespan=lifespan)) as client:
    client.get("/")
