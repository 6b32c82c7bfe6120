"""How many rows may still be changed without a question: one account for every process of a consent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


@dataclass
class Account:
    """Rows that are left: some for any table, and some for those of which a person said so.

    Attributes:
        rows: left for any table.
        spent: taken until now.
    """

    rows: int
    spent: int = 0
    _more: list[tuple[frozenset[str], int]] = field(default_factory=list)

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows, all of them or none: first what was allowed for their own tables. Return whether they were there.

        Args:
            changes: for each table how many of its rows were changed.
        """
        left, more = dict(changes), []
        for tables, rows in self._more:
            rest = rows
            for table in tables & left.keys():
                taken = min(left[table], rest)
                left[table] -= taken
                rest -= taken
            more.append((tables, rest))
        needed = sum(left.values())
        if needed > self.rows:
            return False
        self.rows -= needed
        self.spent += sum(changes.values())
        self._more = [(tables, rest) for tables, rest in more if rest]
        return True

    def dump(self) -> bytes:
        """Return it as JSON, for :meth:`load`."""
        more = [[sorted(tables), rows] for tables, rows in self._more]
        return json.dumps([self.rows, self.spent, more]).encode()

    @classmethod
    def load(cls, text: bytes) -> Self:
        """Return the account that was written down."""
        rows, spent, more = json.loads(text)
        return cls(rows, spent, [(frozenset(tables), left) for tables, left in more])

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Allow ``rows`` more rows of ``tables``, together."""
        self._more.append((tables, rows))
