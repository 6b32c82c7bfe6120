"""psycopg: another project's database that is no PROD, behind the URL of a database that is external."""

import os
from pathlib import Path

import psycopg

import tierguard

os.environ["AIRFLOW_URL"] = os.environ["OTHER_PROJECT_URL"]
with Path("tierguard.toml").open("a") as settings:
    settings.write('[databases.airflow]\nexternal = true\nint.url = "AIRFLOW_URL"\n')

tierguard.install()
with psycopg.connect(os.environ["OTHER_PROJECT_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
