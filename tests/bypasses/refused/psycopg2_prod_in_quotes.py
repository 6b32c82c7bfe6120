"""psycopg2, a person on PROD: a value leaves the quotes around its placeholder, deletes and commits."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import psycopg2
from at_terminal import type_yes

import tierguard

type_yes()
tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url)
cursor = connection.cursor()
cursor.execute("SELECT '%s'")
cursor.execute("SELECT '%s'", [f"; DELETE FROM person; COMMIT; SELECT /* {os.environ['ROUTE_MARK']} */"])
