"""Dropping a database that a test made, as an ordinary role."""

from __future__ import annotations

from psycopg import errors, sql


def drop(admin, name):
    """Drop a database and end whoever is connected to it.

    An autovacuum worker is not ours to end, and FORCE then refuses; a plain DROP sends it away by itself.
    """
    statement = sql.SQL("DROP DATABASE {}").format(sql.Identifier(name))
    try:
        admin.execute(statement + sql.SQL(" WITH (FORCE)"))
    except errors.InsufficientPrivilege:
        admin.execute(statement)
