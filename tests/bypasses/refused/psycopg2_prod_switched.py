"""psycopg2, a person on PROD: autocommit is switched in the middle of a transaction that a text began."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import psycopg2
from at_terminal import type_yes

import tierguard

type_yes()
tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url)
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("BEGIN")
cursor.execute("DELETE FROM person")
connection.autocommit = False
cursor.execute("SELECT 1")
connection.commit()
