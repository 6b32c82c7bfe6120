"""psycopg2, a person on PROD: the C methods that were kept before the gate delete and commit."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import psycopg2
from at_terminal import type_yes
from psycopg2._psycopg import connection as c_connection
from psycopg2._psycopg import cursor as c_cursor

import tierguard

kept = {"commit": c_connection.commit, "execute": c_cursor.execute}

type_yes()
tierguard.install()
connection = psycopg2.connect(tierguard.resolve().url)
cursor = connection.cursor()
for autocommit in (True, False):
    connection.autocommit = autocommit
    try:
        kept["execute"](cursor, "DELETE FROM person")
        kept["commit"](connection)
    except psycopg2.Error:
        connection.rollback()
cursor.execute("DELETE FROM person")
try:
    kept["commit"](connection)
except psycopg2.Error:
    connection.rollback()
with connection:
    cursor.execute("DELETE FROM person")
