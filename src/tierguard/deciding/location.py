"""Where a connection led, as the log keeps it: by the database's own word, else by what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.deciding.identity import Reading
from tierguard.model import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

UNANSWERED = Reading()


def locate(parameters: Mapping[str, str], reading: Reading = UNANSWERED) -> Location:
    """Return the place of a connection.

    Args:
        parameters: libpq's keywords of the connection, or of a URL.
        reading: what the database answered, if it did.
    """
    return Location(
        host=parameters.get("host") or reading.address,
        port=str(parameters.get("port") or reading.port or ""),
        database=reading.db or parameters.get("dbname", ""),
        cluster=reading.sysid,
    )
