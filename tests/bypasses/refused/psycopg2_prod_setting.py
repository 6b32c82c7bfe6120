"""psycopg2, a person on PROD: the driver's own settings make the session writable, then a kept C method deletes."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import psycopg2
from at_terminal import type_yes
from psycopg2._psycopg import cursor as c_cursor

import tierguard

kept = {"execute": c_cursor.execute}

type_yes()
tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url)
ways = (
    lambda: connection.set_session(readonly=False, autocommit=True),
    lambda: connection.set_session(readonly="default", autocommit=False),
    lambda: setattr(connection, "autocommit", True),
    lambda: connection.set_isolation_level(1),
    lambda: connection.set_isolation_level(0),
    connection.reset,
)
for way in ways:
    way()
    connection.autocommit = True
    try:
        kept["execute"](connection.cursor(), "DELETE FROM person")
    except psycopg2.errors.ReadOnlySqlTransaction:
        continue
connection.cursor().execute("DELETE FROM person")
