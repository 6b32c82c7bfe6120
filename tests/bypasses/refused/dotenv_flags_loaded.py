"""psycopg: a .env copied from a server into a git work tree, and loaded in the usual way."""

import os
from pathlib import Path

import psycopg
from dotenv import load_dotenv

import tierguard

Path(".git").mkdir()
with Path(".env").open("a") as file:
    file.write("APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n")
load_dotenv(".env")
tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
