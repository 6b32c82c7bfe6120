"""What was agreed to beforehand, or declared, for as long as the block lasts in which it is done."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.model import Demand, Operation
from tierguard.statements.effects import GRAVITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tierguard.model import Decision
    from tierguard.statements.effects import Act


@dataclass(frozen=True, slots=True)
class Declared:
    """What migration revisions say of themselves.

    Attributes:
        destroys: the names of the tables and columns that they lose, such as ``people.nickname``.
        administers: the commands by which they change who may do what with the project's own things: ``GRANT``.
        made: the names of what they make themselves, which is nobody's loss.
    """

    destroys: frozenset[str] = frozenset()
    administers: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()

    def __or__(self, other: Declared) -> Declared:
        """Return what either says."""
        return Declared(self.destroys | other.destroys, self.administers | other.administers, self.made | other.made)

    def __bool__(self) -> bool:
        """Return whether anything is declared."""
        return bool(self.destroys or self.administers)


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a plan told of the statements that will run.

    Attributes:
        acts: every statement that could be read beforehand.
        locks: the relations, by oid, that they may lock against everybody; None where not all could be foreseen.
        named: the relations that they name, by oid.
        newest: the highest oid of a relation when the plan was made; what is newer was made since.
    """

    acts: frozenset[Act] = frozenset()
    locks: frozenset[int] | None = None
    named: frozenset[int] = frozenset()
    newest: int = 0

    def knows(self, oid: int) -> bool:
        """Return whether a relation that is found locked was to be expected."""
        return self.locks is None or oid in self.locks or oid in self.named or oid > self.newest


@dataclass(eq=False, slots=True)
class _Cover:
    operation: Operation
    agreed: bool  # somebody's word stands behind it
    declared: Declared
    foretold: Foretold | None
    over: bool = False  # a task that was begun in the block has a copy of its context, and may outlive it


_covers: ContextVar[tuple[_Cover, ...]] = ContextVar("covers", default=())
_NOTHING: Final = Declared()

# The gravest statement that each operation is made of.
_REACH: Final = {
    Operation.MIGRATE: Operation.BULK_WRITE,
    Operation.DESTROY: Operation.DESTROY,
    Operation.BULK_WRITE: Operation.BULK_WRITE,
    Operation.ADMIN: Operation.ADMIN,
    Operation.SEED: Operation.WRITE,
}


@contextmanager
def covering(
    operation: Operation, decision: Decision, *, declared: Declared = _NOTHING, foretold: Foretold | None = None
) -> Iterator[None]:
    """Let what ``operation`` is made of go on in this block, if somebody's word stands behind it.

    Args:
        operation: that was authorized.
        decision: what the policy demanded for it, and what is fulfilled.
        declared: what the migration revisions declare.
        foretold: what a person was shown of the statements to come.
    """
    agreed = Demand.TYPED_NAME in decision.demands or Demand.REFERENCE_ONLY in decision.demands
    with _adding(_Cover(operation, agreed, declared, foretold)):
        yield


@contextmanager
def revising(declared: Declared) -> Iterator[None]:
    """Let revisions run in this block that declare something, within what is authorized around it."""
    with _adding(_Cover(Operation.READ, agreed=False, declared=declared, foretold=None)):
        yield


@contextmanager
def _adding(cover: _Cover) -> Iterator[None]:
    token = _covers.set((*_covers.get(), cover))
    try:
        yield
    finally:
        cover.over = True
        _covers.reset(token)


def _find_open() -> list[_Cover]:
    return [one for one in _covers.get() if not one.over]


def is_authorized(operation: Operation) -> bool:
    """Return whether ``operation`` was authorized around this, whoever had to agree."""
    return any(one.operation is operation for one in _find_open())


def covers(acts: Sequence[Act]) -> bool:
    """Return whether every one of ``acts`` is a part of what somebody agreed to around them."""
    agreed = [one for one in _find_open() if one.agreed]
    reach = max((GRAVITY.index(_REACH[one.operation]) for one in agreed if one.operation in _REACH), default=-1)
    shown = [one.foretold.acts for one in agreed if one.foretold]
    return bool(agreed) and all(
        GRAVITY.index(act.operation) <= reach or any(act in plan for plan in shown) for act in acts
    )


def agreed_to(operation: Operation) -> bool:
    """Return whether ``operation`` was agreed to around this."""
    return any(one.operation is operation for one in _find_open() if one.agreed)


def expects(oid: int) -> bool:
    """Return whether a relation that is found locked is one that a plan around this told of, if one did."""
    return all(one.foretold.knows(oid) for one in _find_open() if one.agreed and one.foretold)


def find_declared() -> Declared | None:
    """Return what is declared around this; None where nothing that may declare something is authorized."""
    found = _find_open()
    if not any(one.operation in {Operation.MIGRATE, Operation.DESTROY} for one in found):
        return None
    declared = _NOTHING
    for one in found:
        declared |= one.declared
    return declared
