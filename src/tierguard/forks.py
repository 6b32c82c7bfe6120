"""What a forked child must not share with its parent: locks that it would wait for in vain, open files, counts.

The child has one thread. A lock that another one held at that moment would stay held for ever.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from typing import Self


class Shared(Protocol):
    """Something that a fork copies and that means nothing in the child."""

    def start_over(self) -> None:
        """Become as new, in a child that has just been forked. Takes no lock."""


_shared: WeakSet[Shared] = WeakSet()


def renew_in_children(one: Shared) -> None:
    """Call ``one.start_over()`` in every child forked from now on, for as long as ``one`` lives."""
    _shared.add(one)


class Lock:
    """A reentrant lock that is free in a forked child, whoever held it in the parent."""

    def __init__(self) -> None:
        self.start_over()
        renew_in_children(self)

    def start_over(self) -> None:
        """Be free."""
        self._inner = RLock()

    def __enter__(self) -> Self:
        self._inner.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(RuntimeError):  # a child that was forked inside the block holds nothing
            self._inner.release()


def _start_over() -> None:
    for one in _shared:
        one.start_over()


os.register_at_fork(after_in_child=_start_over)
