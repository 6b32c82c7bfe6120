"""psycopg: a child whose parent has loaded a .env that was copied from a server."""

import subprocess
import sys
from pathlib import Path

from dotenv import load_dotenv

CHILD = """
import os, psycopg, tierguard
tierguard.install()
psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
"""
Path(".git").mkdir()
with Path(".env").open("a") as file:
    file.write("APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n")
load_dotenv(".env")
sys.exit(subprocess.run([sys.executable, "-c", CHILD], check=False).returncode)
