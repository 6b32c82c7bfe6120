"""Placeholders of the drivers, put as PostgreSQL itself writes them. Pure.

psycopg and psycopg2: ``%s %b %t %(name)s`` and ``%%``; pg8000: ``%s``; asyncpg: ``$1``, which is the server's own.
"""

from __future__ import annotations

import re
from typing import Final

# A name may hold no sign that opens or closes a string, a comment or a bracket, so a text that is meant for no driver
# (``a %(b)s``) is divided into the same words with and without this.
_PLACEHOLDER: Final = re.compile(r"%%|%(?:\([\w .:]+(?:-[\w .:]+)*\))?[sbt]")
UNKNOWN: Final = "%s"  # what a string holds that stands for a value that is not known


def as_numbered(sql: str) -> str:
    """Return ``sql`` with ``$1`` in place of each placeholder."""
    return _replace(sql, " $1 ")


def as_strings(sql: str) -> str:
    """Return ``sql`` with a string in place of each placeholder: ``SET x = %s`` takes nothing else."""
    return _replace(sql, f" '{UNKNOWN}' ")


def _replace(sql: str, value: str) -> str:
    if "%%" in sql:
        return _PLACEHOLDER.sub(lambda found: "%" if found[0] == "%%" else value, sql)
    return _PLACEHOLDER.sub(value, sql)
