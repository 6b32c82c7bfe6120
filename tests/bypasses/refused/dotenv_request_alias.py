"""psycopg: APP_ENV=Production in a .env copied from a server, where "production" is an alias of PROD."""

import os
from pathlib import Path

import psycopg
from dotenv import load_dotenv

import tierguard

Path(".git").mkdir()
config = Path("tierguard.toml")
config.write_text('request = "APP_ENV"\naliases = { production = "prod" }\n' + config.read_text())
with Path(".env").open("a") as file:
    file.write("APP_PRODUCTION=true\nAPP_ENV=Production\n")
load_dotenv(".env")
tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
