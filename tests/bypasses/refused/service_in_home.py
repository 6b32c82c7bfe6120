"""psycopg: PGSERVICE, set by the program, and ~/.pg_service.conf."""

import os
from pathlib import Path

import psycopg

import tierguard

tierguard.install()
Path("~/.pg_service.conf").expanduser().write_text(
    "[ours]\nhost={ROUTE_HOST}\nport={ROUTE_PORT}\nuser=app\ndbname=prod\n".format(**os.environ)
)
os.environ["PGSERVICE"] = "ours"
with psycopg.connect("") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
