"""What preparing a database consists of: small steps on one connection, so that all of them happen or none."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from app.core.config import ROOT
from app.db import require_extensions
from app.services import analytics, embedding, schema, seeding
from app.services.seed_files import SeedData, load

Progress = Callable[[int, int], None]
SEEDS: Final = ROOT / "seeds"


def read_seeds() -> SeedData:
    """Read the seed files before anything is changed.

    Raises:
        tierguard.SettingMismatch: a file is broken; the message names file and line.
    """
    return load(SEEDS)


def reset(connection: Connection) -> int:
    """Drop everything that the project made in this database; return how many objects went."""
    return schema.drop_objects(connection)


def migrate(connection: Connection) -> str:
    """Bring the schema to the newest migration, in the caller's transaction; return its revision."""
    require_extensions(connection)
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return schema.current_revision(connection)


def seed(connection: Connection, data: SeedData, *, reference_only: bool) -> dict[str, int]:
    """Write the seeds; return the rows of each table."""
    summary = seeding.seed(connection, data, reference_only=reference_only, today=today())
    return dict(summary.rows)


def embed(connection: Connection, progress: Progress | None = None) -> int:
    """Embed the services whose text changed; return how many."""
    return embedding.embed_missing(connection, progress=progress)


def analyse(connection: Connection) -> int:
    """Calculate the analytics of every service; return how many."""
    return analytics.calculate(connection, today())


def today() -> date:
    """Return the day that relative dates count from, in UTC."""
    return datetime.now(UTC).date()
