"""psycopg: a second database of the project that is the same as the first."""

import os
from pathlib import Path

import psycopg

import tierguard

with Path("tierguard.toml").open("a") as file:
    file.write('[databases.replica]\nsame_as = "default"\n')
tierguard.install()
with psycopg.connect(tierguard.resolve(database="replica").url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
