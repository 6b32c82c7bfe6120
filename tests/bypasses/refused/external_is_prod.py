"""psycopg: PROD of another project, behind the URL of a database that is external."""

import os
from pathlib import Path

import psycopg

import tierguard

os.environ["AIRFLOW_URL"] = os.environ["PROD_URL"]
settings = Path("tierguard.toml")
external = '[databases.airflow]\nexternal = true\nint.url = "AIRFLOW_URL"\n'
settings.write_text(settings.read_text().replace('project = "app"', 'project = "shop"') + external)

tierguard.install()
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
