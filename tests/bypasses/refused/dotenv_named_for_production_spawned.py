"""psycopg: .env.production loaded by the program, whose spawned child finds it."""

import multiprocessing
import os
import sys
from pathlib import Path

import psycopg

import tierguard


def work(url):
    psycopg.connect(url).execute(os.environ["ROUTE_SQL"])


if __name__ == "__main__":
    from dotenv import load_dotenv

    tierguard.install()
    Path(".git").mkdir()
    Path(".env.production").write_text("APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n")
    load_dotenv(".env.production")
    child = multiprocessing.get_context("spawn").Process(target=work, args=(os.environ["PROD_URL"],))
    child.start()
    child.join()
    sys.exit(child.exitcode)
