"""psycopg2, a person on PROD: the session is made writable by values that are merged into the text."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import psycopg2
from at_terminal import type_yes
from psycopg2.extensions import AsIs

import tierguard

type_yes()
tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url)
connection.autocommit = True
cursor = connection.cursor()
values = [AsIs("SET default_transaction_read_only"), AsIs(f"off /* {os.environ['ROUTE_MARK']} */")]
cursor.execute("%s = %s", values)
cursor.execute("DELETE FROM person")
