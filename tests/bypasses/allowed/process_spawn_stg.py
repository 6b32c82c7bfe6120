"""psycopg: a spawned child goes on with the STG that its parent was told to use."""

import multiprocessing
import os

import psycopg

import tierguard


def work():
    with psycopg.connect(tierguard.resolve().url) as connection:
        if connection.info.dbname != "app_stg":
            raise SystemExit(connection.info.dbname)
        connection.execute(os.environ["ROUTE_SQL"])


if __name__ == "__main__":
    tierguard.install()
    tierguard.resolve("stg")
    child = multiprocessing.get_context("spawn").Process(target=work)
    child.start()
    child.join()
    raise SystemExit(child.exitcode)
