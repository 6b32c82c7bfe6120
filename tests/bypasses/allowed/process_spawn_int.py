"""psycopg: spawned and forked children on INT."""

import multiprocessing
import os

import psycopg

import tierguard


def work(url):
    with psycopg.connect(url) as connection:
        connection.execute(os.environ["ROUTE_SQL"])


if __name__ == "__main__":
    tierguard.install()
    for method in ("spawn", "fork", "forkserver"):
        child = multiprocessing.get_context(method).Process(target=work, args=(os.environ["INT_URL"],))
        child.start()
        child.join()
        if child.exitcode:
            raise SystemExit(f"{method}: {child.exitcode}")
