"""psycopg2: a pool of spawned workers."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import psycopg2

import tierguard


def work(url):
    psycopg2.connect(url).cursor().execute(os.environ["ROUTE_SQL"])


if __name__ == "__main__":
    tierguard.install()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(work, os.environ["PROD_URL"]).result()
