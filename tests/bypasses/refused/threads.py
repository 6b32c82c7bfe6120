"""psycopg: eight threads at once, of which one installs the gate."""

import os
from concurrent.futures import ThreadPoolExecutor

import psycopg

import tierguard


def work(_):
    tierguard.install()
    with psycopg.connect(os.environ["PROD_URL"]) as connection:
        connection.execute(os.environ["ROUTE_SQL"])


with ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
