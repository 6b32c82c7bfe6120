"""psycopg: a committed script that grants itself PROD, run in its git work tree by something that is no terminal."""

import os
from pathlib import Path

os.environ.update(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
import psycopg

import tierguard

Path(".git").mkdir()
tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
