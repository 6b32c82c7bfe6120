"""tierguard run: TIERGUARD_CONSENT leads to a file that says yes to everything (R7)."""

import os
import tempfile
from pathlib import Path

import psycopg

import tierguard

file = Path(tempfile.mkdtemp(), "s")
file.write_text('{"v": 1, "operation": "write", "target": "app/prod", "identity": ["", "", "prod"]}\n')
os.environ["TIERGUARD_CONSENT"] = str(file)

tierguard.install()
psycopg.connect(tierguard.resolve("prod").url, autocommit=True).execute(os.environ["ROUTE_SQL"])
