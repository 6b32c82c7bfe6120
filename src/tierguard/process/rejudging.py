"""Ask a connection's database once more which it is.

A connection is judged when it is made, and stays with its database. Behind a pooler in transaction mode it does not:
each transaction gets one of the pooler's connections, and the pooler may have been led elsewhere meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.deciding.identity import QUERY
from tierguard.model import Tier
from tierguard.process.admission import read
from tierguard.process.installation import installed_gate

if TYPE_CHECKING:
    from collections.abc import Mapping


def judge_again(connection: Any, parameters: Mapping[str, str] | None = None) -> None:
    """Judge a connection anew, by the database that it leads to now. Whoever may use PROD is not asked.

    In a transaction that has begun, or that this begins, the answer holds to its end, behind a pooler too.

    Args:
        connection: of a DB-API driver.
        parameters: where it leads, in libpq's keywords; psycopg and psycopg2 know it themselves.

    Raises:
        AccessRefused: this process may not use that database. The connection is to be closed.
    """
    gate = installed_gate()
    if gate is None or gate.process.ceiling().tier is Tier.PROD:
        return
    cursor = connection.cursor()
    try:
        cursor.execute(_for_driver(connection))
        row = cursor.fetchone()
    finally:
        cursor.close()
    value = None if not row else next(iter(row.values())) if isinstance(row, dict) else row[0]
    gate.examine(read(value), parameters or _place(connection))


def _for_driver(connection: Any) -> str:
    """Return the question; one driver takes a percent sign for a parameter also where there are none."""
    return QUERY.replace("%", "%%") if type(connection).__module__.startswith("pg8000") else QUERY


def _place(connection: Any) -> dict[str, str]:
    info = getattr(connection, "info", None)
    return {key: str(getattr(info, key, "") or "") for key in ("host", "port", "dbname")}
