"""psycopg: another thread, while a tool of ours inspects PROD in its own."""

import os
from concurrent.futures import ThreadPoolExecutor

import psycopg

import tierguard
from tierguard.model import Ceiling, Tier
from tierguard.process.gate import inspecting

tierguard.install()


def work():
    with psycopg.connect(os.environ["PROD_URL"]) as connection:
        connection.execute(os.environ["ROUTE_SQL"])


with inspecting(Ceiling(Tier.PROD)), ThreadPoolExecutor(1) as pool:
    pool.submit(work).result()
