"""psycopg: .env.production loaded by the program, which so says for itself what only its server may say."""

import os
from pathlib import Path

import psycopg
from dotenv import load_dotenv

import tierguard

Path(".git").mkdir()
Path(".env.production").write_text("APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n")
load_dotenv(".env.production")
tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
