"""What acts would reach, as values: a tree for each, what may be locked meanwhile, and a fingerprint of it all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tierguard.process.radius.showing import WIDTH, show


class Fate(StrEnum):
    """What becomes of something, in the words that a person reads."""

    DROPPED = "dropped"
    EMPTIED = "emptied"
    DELETED = "rows deleted"
    CHANGED = "rows changed"
    LOCKED = "locked"
    INDEXED = "index built"
    TENDED = "cleaned up"


@dataclass(frozen=True, slots=True)
class Reached:
    """Something that an act reaches.

    Attributes:
        oid: its number in its catalogue.
        kind: ``table``, ``view``, ``partition``, ``foreign key``, ``column``, ``function``, ….
        name: with its schema unless that is ``public``, quoted where SQL needs it.
        fate: what becomes of it.
        why: what it hangs on, and how; empty for what the statement names.
        parent: the place, in its tree, of what it hangs on; -1 for what the statement names.
        rows: how many it holds; None where that is not known, or it holds none of its own.
        exact: they were counted just now; otherwise the server estimates them.
        bytes: with its indexes; None where that is not known, or it holds nothing.
        indexes: how many it has.
        triggers: how many triggers of users the act fires on it.
        note: what else there is to know.
        stored: it holds rows of its own.
    """

    oid: int
    kind: str
    name: str
    fate: Fate
    why: str = ""
    parent: int = -1
    rows: int | None = None
    exact: bool = False
    bytes: int | None = None
    indexes: int = 0
    triggers: int = 0
    note: str = ""
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """What one act reaches.

    Attributes:
        verb: its command: ``DROP TABLE``.
        cascade: it says CASCADE.
        reached: each thing once, parents before what hangs on them.
        missing: what it names and is not there, and what it makes itself.
        refused: why the server will refuse it, if it will.
        unclear: what cannot be said beforehand.
        beside: the tables that keep their rows and are locked against everybody meanwhile.
    """

    verb: str
    cascade: bool = False
    reached: tuple[Reached, ...] = ()
    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Return the rows that are in reach, as far as they are known."""
        return sum(one.rows or 0 for one in self.reached if one.stored)

    @property
    def bytes(self) -> int:
        """Return the bytes that are in reach, as far as they are known."""
        return sum(one.bytes or 0 for one in self.reached if one.stored)

    def _canonical(self) -> list[Any]:
        reached = sorted(
            [one.oid, one.kind, one.name, one.fate, one.why, None if one.rows is None else len(str(one.rows))]
            for one in self.reached
        )
        return [self.verb, self.cascade, reached, *map(sorted, (self.missing, self.refused, self.unclear, self.beside))]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the acts of a text would reach.

    Attributes:
        trees: one for each act that is more than a read, in order.
        locks: the relations, by oid, that may be locked against everybody: with indexes, TOAST tables and sequences.
            A relation outside of them that is found locked afterwards was not in the plan.
    """

    trees: tuple[Tree, ...] = ()
    locks: frozenset[int] = frozenset()

    @property
    def digest(self) -> str:
        """Return a SHA-256 of the plan: the same for the same acts, things and orders of magnitude of rows.

        Not of each row: a table in use gains rows while a person reads, and what they agreed to stays what it was.
        """
        canonical = [[tree._canonical() for tree in self.trees], sorted(self.locks)]  # noqa: SLF001 - of this module
        return hashlib.sha256(json.dumps(canonical, ensure_ascii=True).encode()).hexdigest()

    def lines(self, width: int = WIDTH) -> tuple[str, ...]:
        """Return the plan for a person: no line is longer than ``width`` characters."""
        return tuple(line for tree in self.trees for line in show(tree, width))
