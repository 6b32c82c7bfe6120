"""Is the database there, which tier does it say that it is, and is its schema the one that this code knows?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.core.config import ROOT
from tierguard.adapters.fastapi import Claim, ask_connection

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_REVISIONS = "SELECT version_num FROM alembic_version ORDER BY version_num"


@dataclass(frozen=True, slots=True)
class Migration:
    """The revision that the database is at (empty: never migrated), and the newest that the code has."""

    revision: str
    head: str

    @property
    def at_head(self) -> bool:
        """Return whether the database has exactly the code's schema."""
        return self.revision == self.head


@dataclass(frozen=True, slots=True)
class Health:
    """What the database said."""

    claim: Claim
    migration: Migration

    @property
    def status(self) -> str:
        """Return ``ok``, or ``degraded`` where the schema is another one than the code's.

        Degraded still serves: during a deployment the migration runs before the new code starts, and taking the old
        code's health away would turn every deployment into an outage.
        """
        return "ok" if self.migration.at_head else "degraded"


def check(engine: Engine) -> Health:
    """Ask the database over the application's own pool.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: It cannot be reached.
        tierguard.AccessRefused: It is not one that this process may use.
    """
    with engine.connect() as connection:
        return Health(ask_connection(connection), Migration(_revision(connection), known_head()))


@cache
def known_head() -> str:
    """Return the newest revision of the migrations that came with this code."""
    from alembic.script import ScriptDirectory

    return ",".join(sorted(ScriptDirectory(str(ROOT / "migrations")).get_heads()))


def _revision(connection: Connection) -> str:
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return ""
    return ",".join(connection.scalars(text(_REVISIONS)))
