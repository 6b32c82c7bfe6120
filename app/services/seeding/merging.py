"""Rows into the database: one statement per table, whatever the number of rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

Row = dict[str, Any]


def merge(connection: Connection, statement: str, rows: Iterable[Mapping[str, Any]], **values: Any) -> int:
    """Run a statement that reads its rows from ``jsonb_to_recordset(:rows)``; return how many rows it wrote.

    JSON carries arrays as well as scalars in one parameter, needs no temporary table and passes every pooler.
    """
    packed = json.dumps(list(rows), default=str)
    return connection.execute(text(statement), {"rows": packed, **values}).rowcount
