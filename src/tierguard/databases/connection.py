"""The door through which tierguard itself connects, with psycopg 3, which it depends on."""

from __future__ import annotations

import select
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from tierguard.deciding.identity import QUERY, Reading, parse_reading
from tierguard.errors import ServerMissing, SettingMismatch, TierguardError
from tierguard.process.chosen import current_process
from tierguard.process.installation import put_up
from tierguard.text import conninfo, masking
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection, Cursor

    from tierguard.model import Target

_PAUSE: Final = 0.01  # seconds
TOOL: Final = "tierguard"  # what our own sessions are called, unless the URL calls them something else
MAINTENANCE: Final = "postgres"  # the database of a server that belongs to nobody's project


def name_of(target: Target) -> str:
    """Return the name of the database that the target's URL leads to, as libpq reads it."""
    parts = conninfo.parse(target.sealed).effective()
    return parts.get("dbname") or parts.get("user", "")


def open_target(target: Target, *, dbname: str = "", connect_timeout: int = 10) -> Connection[Any]:
    """Return a connection in autocommit to ``target``, or to another database of its server.

    It is judged also in a process that called for no gate.

    Raises:
        SettingMismatch: the URL has a parameter that libpq does not know.
        ServerMissing: nobody answers there, or it does not let this user in.
        AccessRefused: the gate refused it.
    """
    import psycopg

    put_up(current_process())
    url = Sealed(conninfo.libpq_url(conninfo.with_database(target.url, dbname) if dbname else target.url))
    try:
        return psycopg.connect(
            url.open(),
            autocommit=True,
            connect_timeout=connect_timeout,
            fallback_application_name=TOOL,
            client_encoding="utf8",  # what our statements are sent in; SQL_ASCII would answer in bytes
        )
    except TierguardError as refusal:
        raise refusal.with_traceback(None) from None  # the driver's frames hold the URL
    except psycopg.ProgrammingError as error:
        why = masking.mask(" ".join(str(error).split()))
        raise SettingMismatch(f"{target.source or 'the URL'} is not one that libpq reads: {why}.") from None
    except (psycopg.Error, OSError, ValueError) as error:
        where = conninfo.parse(target.sealed).endpoint
        unnamed = isinstance(error, UnicodeError)  # Python's word for a host that no name service would be asked for
        why = "its host is not a valid name." if unnamed else masking.mask(" ".join(str(error).split()))
        raise ServerMissing(
            f"{target.tier.label} at {where} cannot be used: {why}",
            hint=f"Check that the server runs and that {target.source or 'its URL'} is right.",
        ) from None


def read_identity(connection: Connection[Any]) -> Reading:
    """Return what the database at the other end says of itself.

    Raises:
        TierguardError: the connection is lost, such as by an administrator, or by somebody who replaces the database.
    """
    row = execute(connection, QUERY, "The database cannot be asked which tier it is").fetchone()
    return parse_reading(row[0] if row else None)


def run(connection: Connection[Any], statement: str, *, what: str) -> None:
    """Run one statement of tierguard's own.

    Raises:
        TierguardError: the server refused; its reason is in the message.
    """
    execute(connection, statement, what)


def fetch(connection: Connection[Any], statement: str, *, what: str) -> list[tuple[Any, ...]]:
    """Run one query of tierguard's own and return its rows.

    Raises:
        TierguardError: the server refused; its reason is in the message.
    """
    return execute(connection, statement, what).fetchall()


def run_meanwhile(connection: Connection[Any], statement: str, act: Callable[[], object]) -> str:
    """Run one statement and, until it is done, ``act`` again and again; return what it failed for, or nothing.

    What ``act`` is refused is not told: the statement says what is still in its way.
    """
    import psycopg

    pgconn, pause, problem = connection.pgconn, 0.0, ""
    try:
        pgconn.send_query(statement.encode())
        while pgconn.is_busy():
            with suppress(TierguardError):
                act()
            select.select([pgconn.socket], [], [], pause)
            pgconn.consume_input()
            pause = _PAUSE
        while (result := pgconn.get_result()) is not None:
            problem = problem or result.error_message.decode(errors="replace")
    except psycopg.Error as error:  # the line to the server, or the server itself, is gone
        problem = str(error)
    return " ".join(problem.split())


def execute(connection: Connection[Any], statement: str, what: str, hint: str = "") -> Cursor[Any]:
    """Run one statement and return its cursor.

    Raises:
        TierguardError: the server refused; its reason is in the message, after ``what``.
    """
    with _telling(what, hint):
        return connection.execute(statement.encode())


def commit(connection: Connection[Any], what: str, hint: str = "") -> None:
    """Commit.

    Raises:
        TierguardError: the server refused; its reason is in the message, after ``what``.
    """
    with _telling(what, hint):
        connection.commit()


@contextmanager
def _telling(what: str, hint: str) -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        why = " ".join(str(error).split())
        raise TierguardError(f"{what}: {why}", hint=hint, rule="server-refused") from None
