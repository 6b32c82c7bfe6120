"""On whose word this process uses PROD, and how much of it is left."""

from __future__ import annotations

import fcntl
import os
import tempfile
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from tierguard.forks import Lock
from tierguard.model import Operation
from tierguard.process import consent
from tierguard.process.lending.account import Account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tierguard.process.chosen import Process
    from tierguard.process.consent import Question

ASK_ABOVE: Final = 10  # rows of a whole consent that are changed without a question, where nothing else is configured


class Standing(Protocol):
    """A person's word, wherever it was typed: in this process, or in the ``tierguard run`` above it."""

    @property
    def operation(self) -> Operation:
        """Return the gravest thing that it covers: ``READ``, or ``WRITE`` for whatever is then shown and agreed to."""

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows from what may be changed without a question, all of them or none; return whether they were there.

        Args:
            changes: for each table, as ``schema.name``, how many of its rows were inserted, updated or deleted; nothing
                where it only has to stand still.

        Raises:
            ConsentRefused: it is over, where it was handed down.
        """

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Let ``rows`` more rows of ``tables``, together, be changed without a question.

        Raises:
            ConsentRefused: it is over, where it was handed down.
        """

    def ask(self, question: Question, stop: int) -> str:
        """Ask the person, and return how they agreed: ``typed …``. Blocks.

        Args:
            question: that is asked.
            stop: a file descriptor; once it can be read from, the question is over.

        Raises:
            ConsentRefused: nobody is there, nobody answered, or the answer was another; that is recorded.
        """


class Own:
    """The word of the person who typed yes in this process, or in the one that it was forked from."""

    operation = Operation.WRITE

    def __init__(self, process: Process, rows: int = ASK_ABOVE) -> None:
        self._process, self._budget = process, Budget(rows)

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows from the budget, as :class:`Standing` says."""
        return self._budget.spend(changes)

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Add rows to the budget, as :class:`Standing` says."""
        self._budget.extend(rows, tables)

    def ask(self, question: Question, stop: int) -> str:
        """Ask at this process's terminal, as :class:`Standing` says."""
        return consent.ask(self._process, question, stop)


class Budget:
    """How many rows may still be changed without a question: one account for a process and all that is forked from it.

    It lies in a file without a name, which only they have open; a record lock keeps them from spending a row twice.
    """

    def __init__(self, rows: int) -> None:
        self._file = _make_file()
        weakref.finalize(self, os.close, self._file)
        self._lock = Lock()
        self._write(Account(rows))

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows, all of them or none; return whether they were there."""
        with self._account() as account:
            return account.spend(changes)

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Allow ``rows`` more rows of ``tables``, together."""
        with self._account() as account:
            account.extend(rows, tables)

    @contextmanager
    def _account(self) -> Iterator[Account]:
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)  # one thread of one process
            try:
                account = Account.load(os.pread(self._file, os.fstat(self._file).st_size, 0))
                yield account
                self._write(account)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _write(self, account: Account) -> None:
        """Write it over what is there, so that a disk that is full takes nothing away."""
        os.pwrite(self._file, account.dump().ljust(os.fstat(self._file).st_size), 0)


def _make_file() -> int:
    """Return a file without a name: in memory, where the system has that."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("tierguard-budget")
    file, path = tempfile.mkstemp()
    Path(path).unlink()
    return file
