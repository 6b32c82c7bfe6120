"""What a person agreed to beforehand, for as long as the block lasts in which it is done: one plan, one answer."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from tierguard.model import Demand, Operation
from tierguard.statements.effects import GRAVITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tierguard.model import Decision
    from tierguard.statements.effects import Act

_covers: ContextVar[tuple[Operation, ...]] = ContextVar("covers", default=())

# The gravest statement that each operation is made of.
_REACH: Final = {
    Operation.MIGRATE: Operation.BULK_WRITE,
    Operation.DESTROY: Operation.DESTROY,
    Operation.BULK_WRITE: Operation.BULK_WRITE,
    Operation.ADMIN: Operation.ADMIN,
    Operation.SEED: Operation.WRITE,
}


@contextmanager
def covering(operation: Operation, decision: Decision, *, declared: bool = False) -> Iterator[None]:
    """Let what ``operation`` is made of go on in this block, if somebody's word stands behind it.

    Args:
        operation: that was authorized.
        decision: what the policy demanded for it, and what is fulfilled.
        declared: the migration revision declares that it destroys data.
    """
    agreed = declared or Demand.TYPED_NAME in decision.demands or Demand.REFERENCE_ONLY in decision.demands
    token = _covers.set((*_covers.get(), operation) if agreed else _covers.get())
    try:
        yield
    finally:
        _covers.reset(token)


def covers(acts: Sequence[Act]) -> bool:
    """Return whether every one of ``acts`` is a part of what was agreed to around them."""
    reach = max((GRAVITY.index(_REACH[each]) for each in _covers.get() if each in _REACH), default=-1)
    return all(GRAVITY.index(act.operation) <= reach for act in acts)


def agreed_to(operation: Operation) -> bool:
    """Return whether ``operation`` was agreed to around this."""
    return operation in _covers.get()
