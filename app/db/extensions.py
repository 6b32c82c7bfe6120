"""The PostgreSQL extensions that the tables rest on."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tierguard.errors import ExtensionMissing

REQUIRED = {
    "vector": "pgvector, for the embeddings of the catalogue",
}
"""Name of each extension, and what it is and is for."""

_STATE = text(
    "SELECT name, installed_version IS NOT NULL AS installed FROM pg_available_extensions WHERE name = ANY(:names)"
)


def require_extensions(connection: Connection) -> tuple[str, ...]:
    """Make sure that the database has every required extension; return the names of those created just now.

    The caller commits. A server on which an extension was never installed, or where this role may not create it,
    is named in the error; nothing has been changed then.

    Raises:
        ExtensionMissing: The server lacks an extension, or only its administrator may create it.
    """
    rows = connection.execute(_STATE, {"names": [*REQUIRED]})
    present = {row.name: row.installed for row in rows}
    absent = [name for name in REQUIRED if name not in present]
    if absent:
        what = "; ".join(f"{name} ({REQUIRED[name]})" for name in absent)
        raise ExtensionMissing(
            f"this PostgreSQL server lacks {what}",
            hint="install it on the server, or use a URL of a server that has it (embedded:/// does)",
        )
    created = tuple(name for name in REQUIRED if not present[name])
    for name in created:
        _create(connection, name)
    return created


def _create(connection: Connection, name: str) -> None:
    """Create one extension in a savepoint, so that a refusal leaves the caller's transaction usable."""
    try:
        with connection.begin_nested():
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name}"))
    except DBAPIError as error:
        raise ExtensionMissing(
            f"this role may not create the extension {name} ({REQUIRED[name]})",
            hint=f"ask the server's administrator to run, in this database: CREATE EXTENSION {name}",
        ) from error
