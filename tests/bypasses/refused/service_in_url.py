"""psycopg: ?service= and a service file that the program names later."""

import os
from pathlib import Path

import psycopg

import tierguard

tierguard.install()
Path("services.conf").write_text(
    "[staging]\nhost={ROUTE_HOST}\nport={ROUTE_PORT}\nuser=app\ndbname=prod\n".format(**os.environ)
)
os.environ["PGSERVICEFILE"] = str(Path("services.conf").resolve())
with psycopg.connect("postgresql:///?service=staging") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
