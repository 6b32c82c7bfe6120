"""psycopg: ?hostaddr= wins over a host name that looks harmless."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"postgresql://app@int.test:{os.environ['ROUTE_PORT']}/prod?hostaddr={os.environ['ROUTE_HOST']}"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
