"""On whose word this process uses PROD, and how much of it is left."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from tierguard.forks import Lock
from tierguard.model import Operation
from tierguard.process import consent

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
        self._file, path = tempfile.mkstemp()
        Path(path).unlink()
        weakref.finalize(self, os.close, self._file)
        self._lock = Lock()
        self._write({"rows": rows, "more": []})

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows, all of them or none: first what was allowed for their own tables.

        Return whether they were there.
        """
        with self._account() as account:
            left = dict(changes)
            for more in account["more"]:
                for table in more["tables"]:
                    taken = min(left.get(table, 0), more["rows"])
                    more["rows"] -= taken
                    left[table] = left.get(table, 0) - taken
            account["rows"] -= sum(left.values())
            enough: bool = account["rows"] >= 0
            if enough:
                self._write(account)
            return enough

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Allow ``rows`` more rows of ``tables``, together."""
        with self._account() as account:
            account["more"].append({"tables": sorted(tables), "rows": rows})
            self._write(account)

    @contextmanager
    def _account(self) -> Iterator[Any]:
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)  # one thread of one process
            try:
                yield json.loads(os.pread(self._file, os.fstat(self._file).st_size, 0))
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _write(self, account: Any) -> None:
        os.truncate(self._file, 0)
        os.pwrite(self._file, json.dumps(account).encode(), 0)
