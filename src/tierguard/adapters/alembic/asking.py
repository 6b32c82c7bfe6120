"""Questions over a connection of SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.process.admission import Answer, conduct
from tierguard.process.radius import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from tierguard.process.radius import Plan
    from tierguard.statements.effects import Act

    Fetch = Callable[[str], str | None]


def fetcher(connection: Connection) -> Fetch:
    """Return what runs a query on a connection, and returns its only value."""
    # SQLAlchemy hands the driver parameters, if only none, and then a % is a placeholder's.
    return lambda statement: connection.exec_driver_sql(statement.replace("%", "%%")).scalar()


def look_up(acts: Sequence[Act], fetch: Fetch) -> Plan:
    """Return what acts would reach."""
    return conduct(survey(acts), lambda question: Answer(fetch(question)))
