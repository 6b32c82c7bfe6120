"""psycopg: a child made by multiprocessing's spawn."""

import multiprocessing
import os
import sys

import psycopg

import tierguard


def work(url):
    with psycopg.connect(url) as connection:
        connection.execute(os.environ["ROUTE_SQL"])


if __name__ == "__main__":
    tierguard.install()
    child = multiprocessing.get_context("spawn").Process(target=work, args=(os.environ["PROD_URL"],))
    child.start()
    child.join()
    sys.exit(child.exitcode)
