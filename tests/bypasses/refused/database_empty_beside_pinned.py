"""psycopg: an empty, unmarked database in the cluster of a PROD that is only pinned."""

import os
from pathlib import Path

import psycopg

import tierguard

Path("tierguard.pins.json").write_text(os.environ["PINS"])
tierguard.install()
with psycopg.connect(os.environ["MAINTENANCE_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
