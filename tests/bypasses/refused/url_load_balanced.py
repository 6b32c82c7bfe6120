"""psycopg: load_balance_hosts over PROD's host written twice."""

import os

import psycopg

import tierguard

tierguard.install()
hosts = "{ROUTE_HOST}:{ROUTE_PORT},localhost:{ROUTE_PORT}".format(**os.environ)
with psycopg.connect(f"postgresql://app@{hosts}/prod?load_balance_hosts=random") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
