"""psycopg: the flag and the production mode in .env, where they do not count."""

import os
from pathlib import Path

import psycopg

import tierguard

with Path(".env").open("a") as file:
    file.write("APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n")
tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
