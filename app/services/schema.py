"""The schema of a database as its migrations left it, and emptying it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

from tierguard import tools

_REVISION: Final = text("SELECT version_num FROM alembic_version")


def drop_objects(connection: Connection) -> int:
    """Drop everything that the project made, in the caller's transaction; return how many objects were named."""
    plain = connection.execution_options(no_parameters=True)  # a % in a name is a %

    def fetch(statement: str) -> Sequence[str]:
        result = plain.exec_driver_sql(statement)
        return result.scalars().all() if result.returns_rows else []

    return tools.drop_objects(fetch)


def current_revision(connection: Connection) -> str:
    """Return the migration that the database is at."""
    return str(connection.scalar(_REVISION))
