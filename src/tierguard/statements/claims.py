"""What a statement would do to its server beyond the database that it runs in. Values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SENT: Final = "?"


class Kind(StrEnum):
    """What a claim is about."""

    DATABASE = "database"  # an existing one is copied, altered, dropped, or commented on
    NEW_DATABASE = "new database"
    ROLE = "role"  # an existing one is altered or dropped, or loses what it owns
    NEW_ROLE = "new role"
    SESSIONS = "sessions"  # those of the named database are ended
    SERVER = "server"  # the whole of it, or nobody can tell


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a statement would do.

    Attributes:
        kind: what it is about.
        name: of the database or role; empty where it cannot be read plainly.
        act: what would be done, as a verb for people: ``drop``, ``alter``, ``copy``.
        session: of one session, the number of its process on the server, or :data:`SENT` where that is a value sent
            beside the statement.
    """

    kind: Kind
    name: str = ""
    act: str = ""
    session: str = ""
