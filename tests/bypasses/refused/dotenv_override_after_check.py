"""psycopg: .env loaded with override=True after INT was resolved, as an old script does."""

import os

import psycopg
from dotenv import load_dotenv

import tierguard

tierguard.install()
tierguard.resolve()
load_dotenv(".env", override=True)
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
