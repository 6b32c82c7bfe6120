"""Which of psycopg2's connections lead to PROD: looked up for every statement, by those that have none, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tierguard.adapters.psycopg2._holding import Held

HELD: Final[dict[int, Held]] = {}  # by a connection's number, for as long as it lives


def find_held(connection: object) -> Held | None:
    """Return what is known of a connection, if it leads to PROD."""
    return HELD.get(id(connection))
