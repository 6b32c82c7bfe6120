"""A connection whose commits are undone: one transaction for a test, and a savepoint for each commit in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus

from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import IsolationLevel, Transaction
    from sqlalchemy import Engine

    from tierguard.model import Target


class UndoneConnection(psycopg.Connection[Any]):
    """A connection in one transaction: what is committed stays until the test is over."""

    def commit(self) -> None:
        """Keep what was done so far, for this test."""
        self.execute("RELEASE SAVEPOINT tierguard; SAVEPOINT tierguard")

    def rollback(self) -> None:
        """Undo what was done since the last commit."""
        self.execute("ROLLBACK TO SAVEPOINT tierguard")

    @contextmanager
    def transaction(self, savepoint_name: str | None = None, force_rollback: bool = False) -> Iterator[Transaction]:  # noqa: FBT001, FBT002 - as psycopg has it
        """Run a block whose work is kept for this test if it succeeds, and undone if it does not."""
        with super().transaction(savepoint_name, force_rollback) as transaction:
            yield transaction
        if not self._num_transactions:  # the outermost one commits
            self.commit()

    def set_autocommit(self, value: bool) -> None:  # noqa: FBT001 - as psycopg has it
        """Do nothing: whatever commits by itself is undone as well."""

    def set_isolation_level(self, value: IsolationLevel | None) -> None:
        """Do nothing: the transaction has begun."""


@contextmanager
def open_undone(target: Target) -> Iterator[UndoneConnection]:
    """Connect, and undo everything at the end.

    Raises:
        AssertionError: a statement ended the transaction by its text, so what it did stays.
    """
    connection = UndoneConnection.connect(conninfo.libpq_url(target.url), autocommit=True)
    try:
        connection.execute("BEGIN; SAVEPOINT tierguard")
        yield connection
        if connection.pgconn.transaction_status == TransactionStatus.IDLE:
            raise AssertionError(
                "A statement ended this test's transaction, so what the test did was not undone. "
                "Use connection.commit(), or the fixture tierguard_fresh_database."
            )
    finally:
        connection.close()  # and the server rolls back


def make_engine(connection: UndoneConnection) -> Engine:
    """Return an SQLAlchemy engine all of whose connections are this one."""
    from sqlalchemy import StaticPool, create_engine

    return create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
