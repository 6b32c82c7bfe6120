"""The one connection that maintains the embedded server, as its superuser. Nothing of it is ever printed.

It talks to libpq below psycopg's connection class: what gates the project's connections does not concern it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.pq.abc import PGconn

    from tierguard.embedded.state import State

SUPERUSER = "tierguard_admin"
PORT = 5432


class Admin:
    """An open connection in autocommit."""

    def __init__(self, link: PGconn) -> None:
        self.link = link

    def run(self, statement: str) -> list[tuple[str | None, ...]]:
        """Run one statement and return its rows as text. Raises ``ServerMissing`` with the server's words."""
        from psycopg.pq import ExecStatus

        result = self.link.exec_(statement.encode())
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            reason = result.error_message.decode(errors="replace").strip().splitlines()[0]
            raise ServerMissing(f"the embedded server cannot be set up: {reason}")
        return [
            tuple(
                None if (value := result.get_value(row, column)) is None else value.decode()
                for column in range(result.nfields)
            )
            for row in range(result.ntuples)
        ]

    def name(self, text: str) -> str:
        """Quote an identifier."""
        from psycopg.pq import Escaping

        return bytes(Escaping(self.link).escape_identifier(text.encode())).decode()

    def text(self, text: str) -> str:
        """Quote a string."""
        from psycopg.pq import Escaping

        return bytes(Escaping(self.link).escape_literal(text.encode())).decode()

    def encrypt(self, user: str, password: str) -> str:
        """Return what the server stores for a password, so that the password itself is not sent or logged.

        The server's default of 4096 rounds stays: one would do for 24 random bytes, but pg8000 refuses fewer.
        """
        return self.link.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()


@contextlib.contextmanager
def connect(state: State, database: str = "postgres") -> Iterator[Admin]:
    """Open the superuser's connection. Raises ``ServerMissing``."""
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    # Everything that the environment could slip in is given here.
    text = make_conninfo(
        host=state.socket,
        hostaddr="",
        port=PORT,
        user=SUPERUSER,
        password=state.passwords[SUPERUSER],
        dbname=database,
        options="",
        application_name="tierguard",
        client_encoding="UTF8",
        target_session_attrs="any",
        connect_timeout=10,
    )
    link = pq.PGconn.connect(text.encode())
    link.notice_handler = None
    try:
        if link.status != pq.ConnStatus.OK:
            reason = link.error_message.decode(errors="replace").strip().splitlines()[-1]
            raise ServerMissing(f"the embedded server does not answer: {reason}")
        yield Admin(link)
    finally:
        link.finish()
