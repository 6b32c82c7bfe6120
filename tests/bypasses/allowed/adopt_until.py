"""psycopg: an unmarked database that holds data, while adoption lasts."""

import os
from pathlib import Path

import psycopg

import tierguard

settings = Path("tierguard.toml")
settings.write_text("adopt_until = 2999-01-01\n" + settings.read_text())
tierguard.install()
with psycopg.connect(os.environ["UNMARKED_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
