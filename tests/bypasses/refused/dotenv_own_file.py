"""psycopg: a program that reads .env by itself."""

import os

import psycopg
from dotenv import dotenv_values

import tierguard

tierguard.install()
with psycopg.connect(dotenv_values(".env")["DATABASE_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
