"""psycopg: PROD that nobody may stamp, known by its pin alone, wherever it is reached."""

import os
from pathlib import Path

import psycopg

import tierguard

tierguard.install()
Path("tierguard.pins.json").write_text(os.environ["PINS"])
with psycopg.connect(os.environ["PINNED_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
